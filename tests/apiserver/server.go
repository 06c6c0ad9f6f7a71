package main

// kube-apiserver itself: the flags it gets, its start on a listener of ours, and when it counts as ready.

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/rest"
	basecompatibility "k8s.io/component-base/compatibility"
	logsapi "k8s.io/component-base/logs/api/v1"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

func logFile(folder string) string { return filepath.Join(folder, "kube-apiserver.log") }

func kubeFlags(chosen settings, etcd string, keys *keyFiles) []string {
	flags := []string{
		"--etcd-servers=" + etcd,
		"--bind-address=127.0.0.1",
		// A sandbox without a default route has no address to find.
		"--advertise-address=192.0.2.1",
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--tls-cert-file=" + keys.serverCertificate,
		"--tls-private-key-file=" + keys.serverKey,
		"--client-ca-file=" + keys.authority,
		"--token-auth-file=" + keys.tokens,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + keys.serviceAccountKey,
		"--service-account-signing-key-file=" + keys.serviceAccountKey,
		"--authorization-mode=RBAC",
		// Nobody makes the default ServiceAccount that this plugin asks for.
		"--disable-admission-plugins=ServiceAccount",
		"--allow-privileged=true",
		"--profiling=false",
	}
	return append(flags, chosen.kubeFlags...)
}

// startServer returns once kube-apiserver has accepted its flags; the channel gets its end.
//
// NewAPIServerCommand would take over the signals of the process and open its own port.
func startServer(ctx context.Context, chosen settings, listener net.Listener, etcd string, keys *keyFiles) (<-chan error, error) {
	server := options.NewServerRunOptions()
	flags := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	flags.Usage = func() {}
	for _, group := range server.Flags().FlagSets {
		flags.AddFlagSet(group)
	}
	if err := flags.Parse(kubeFlags(chosen, etcd, keys)); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%q is not a flag", flags.Arg(0))
	}
	server.SecureServing.Listener = listener

	globals := server.GenericServerRunOptions.ComponentGlobalsRegistry
	if err := globals.Set(); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(logFile(chosen.folder), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	streams := &logsapi.LoggingOptions{ErrorStream: log, InfoStream: log}
	features := globals.FeatureGateFor(basecompatibility.DefaultKubeComponent)
	if err := logsapi.ValidateAndApplyWithOptions(server.Logs, streams, features); err != nil {
		return nil, err
	}
	rest.SetDefaultWarningHandler(rest.NoWarnings{})

	completed, err := server.Complete(ctx)
	if err != nil {
		return nil, err
	}
	if problems := completed.Validate(); len(problems) > 0 {
		return nil, utilerrors.NewAggregate(problems)
	}
	ended := make(chan error, 1)
	go func() { ended <- app.Run(ctx, completed) }()
	return ended, nil
}

// waitUntilReady also waits for the namespace `default`: /readyz says ok when its maker has been started, not when it is done.
func waitUntilReady(stop context.Context, url string, keys *keyFiles, serving <-chan error) error {
	client, err := adminClient(keys)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	pages := []string{url + "/readyz", url + "/api/v1/namespaces/default"}
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	for len(pages) > 0 {
		if answersOK(stop, client, pages[0]) {
			pages = pages[1:]
			continue
		}
		select {
		case err := <-serving:
			return fmt.Errorf("ended while starting: %v", err)
		case <-stop.Done():
			return errors.New("stopped while starting")
		case <-deadline.C:
			return fmt.Errorf("not ready after %s", startTimeout)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

func adminClient(keys *keyFiles) (*http.Client, error) {
	authority, err := os.ReadFile(keys.authority)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s holds no certificate", keys.authority)
	}
	admin, err := tls.LoadX509KeyPair(keys.adminCertificate, keys.adminKey)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{admin}}}
	return &http.Client{Transport: transport, Timeout: 5 * time.Second}, nil
}

func answersOK(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, strings.NewReader(""))
	if err != nil {
		return false
	}
	answer, err := client.Do(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}
