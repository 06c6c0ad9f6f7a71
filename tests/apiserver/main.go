// Command apiserver runs a Kubernetes control plane for tests in one process: embedded etcd, the real kube-apiserver and the
// real garbage collector. This file owns the life of the process: flags, start, the commands on stdin, the end. It starts no
// other process, so that killing it leaves nothing behind.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

const (
	startTimeout = 3 * time.Minute // a loaded machine with two cores needs a few seconds
	// kube-apiserver waits a minute for open watches to end; etcd has every acknowledged write in its log by then.
	serverGrace = 1500 * time.Millisecond
	storeGrace  = 300 * time.Millisecond
)

type settings struct {
	folder    string
	port      int
	collect   bool
	readStdin bool
	kubeFlags []string
}

func main() {
	chosen, err := parseSettings(os.Args[1:])
	if errors.Is(err, pflag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "apiserver:", err)
		os.Exit(2)
	}
	if err := run(chosen); err != nil {
		fmt.Fprintln(os.Stderr, "apiserver:", err)
		os.Exit(1)
	}
}

func parseSettings(arguments []string) (settings, error) {
	var chosen settings
	flags := pflag.NewFlagSet("apiserver", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.StringVar(&chosen.folder, "dir", "", "folder for data, keys, kubeconfigs and logs (needed; made when absent)")
	flags.IntVar(&chosen.port, "port", 0, "port on 127.0.0.1; 0 takes a free one")
	flags.BoolVar(&chosen.collect, "gc", true, "run the garbage collector")
	flags.BoolVar(&chosen.readStdin, "stdin", true, "read commands from stdin, and stop when it closes")
	flags.StringArrayVar(&chosen.kubeFlags, "kube-flag", nil,
		"one more flag for kube-apiserver, such as --kube-flag=--watch-cache=false; may be repeated")
	if err := flags.Parse(arguments); err != nil {
		return settings{}, err
	}
	switch {
	case flags.NArg() > 0:
		return settings{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case chosen.folder == "":
		return settings{}, errors.New("--dir is needed")
	case chosen.port < 0 || chosen.port > 65535:
		return settings{}, fmt.Errorf("--port %d is not between 0 and 65535", chosen.port)
	}
	folder, err := filepath.Abs(chosen.folder)
	if err != nil {
		return settings{}, err
	}
	chosen.folder = folder
	return chosen, nil
}

func run(chosen settings) error {
	clearEnvironment()
	stop, stopped := context.WithCancel(context.Background())
	defer stopped()
	stopAtSignal(stopped)
	var commands <-chan string
	if chosen.readStdin {
		commands = readCommands(stopped)
	}

	if err := os.MkdirAll(chosen.folder, 0o700); err != nil {
		return err
	}
	release, err := lockFolder(chosen.folder)
	if err != nil {
		return err
	}
	defer release()
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(chosen.port)))
	if err != nil {
		return err
	}
	defer listener.Close()
	url := "https://" + listener.Addr().String()

	keys, err := openKeys(filepath.Join(chosen.folder, "pki"))
	if err != nil {
		return fmt.Errorf("keys and certificates: %w", err)
	}
	if err := writeKubeconfigs(chosen.folder, url, keys); err != nil {
		return fmt.Errorf("kubeconfigs: %w", err)
	}
	// Told to stop while starting is no failure, whatever the part that was starting makes of it.
	failed := func(part string, err error) error {
		if stop.Err() != nil {
			return nil
		}
		return fmt.Errorf("%s: %w", part, err)
	}
	data, err := openStore(stop, chosen.folder)
	if err != nil {
		return failed("etcd", err)
	}
	defer data.close()

	serving, err := startServer(stop, chosen, listener, data.url, keys)
	if err != nil {
		return failed("kube-apiserver", err)
	}
	if err := waitUntilReady(stop, url, keys, serving); err != nil {
		endServer(serving)
		return failed("kube-apiserver", fmt.Errorf("%w; see %s", err, logFile(chosen.folder)))
	}
	if chosen.collect {
		if err := startCollector(stop, url, keys); err != nil {
			return failed("garbage collector", err)
		}
	}
	fmt.Println("READY", url)
	if err := serveCommands(stop, commands, data, serving); err != nil {
		return fmt.Errorf("%w; see %s", err, logFile(chosen.folder))
	}
	endServer(serving)
	return nil
}

// A second signal changes nothing: the end comes within seconds anyway.
func stopAtSignal(stopped func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go func() {
		<-signals
		stopped()
	}()
}

// A test's environment may point clients at another CA or at a proxy, and switch features of the Kubernetes libraries.
func clearEnvironment() {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		upper := strings.ToUpper(name)
		if strings.HasPrefix(upper, "SSL_CERT_") || strings.HasSuffix(upper, "_PROXY") || strings.HasPrefix(upper, "KUBE") ||
			strings.HasPrefix(upper, "ETCD_") {
			os.Unsetenv(name)
		}
	}
}

// Two servers over one folder would overwrite each other's kubeconfigs before etcd's own lock made the second one wait.
func lockFolder(folder string) (release func(), err error) {
	file, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, fmt.Errorf("another apiserver runs over %s", folder)
	}
	return func() { file.Close() }, nil
}

// readCommands hands on the lines of stdin. Its end, which is how a dying test reaches us, stops the process at any time:
// the few lines that wait are dropped.
func readCommands(stopped func()) <-chan string {
	commands := make(chan string, 16)
	go func() {
		defer stopped()
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			commands <- lines.Text()
		}
	}()
	return commands
}

// serveCommands answers one line with one line, until the process is to stop.
func serveCommands(stop context.Context, commands <-chan string, data *store, serving <-chan error) error {
	for {
		select {
		case <-stop.Done():
			return nil
		case err := <-serving:
			return fmt.Errorf("kube-apiserver ended by itself: %v", err)
		case err := <-data.failed():
			return fmt.Errorf("etcd ended by itself: %v", err)
		case line := <-commands:
			answer, err := obey(stop, strings.TrimSpace(line), data)
			if err != nil {
				fmt.Println("ERROR", oneLine(err.Error()))
			} else {
				fmt.Println("OK", answer)
			}
		}
	}
}

func obey(ctx context.Context, command string, data *store) (string, error) {
	switch command {
	case "compact":
		revision, err := data.compact(ctx)
		return fmt.Sprintf("compacted at revision %d", revision), err
	case "revision":
		return strconv.FormatInt(data.revision(), 10), nil
	}
	return "", fmt.Errorf("unknown command %q; there are compact and revision", command)
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}

func endServer(serving <-chan error) {
	select {
	case <-serving:
	case <-time.After(serverGrace):
	}
}
