package main

// Keys, certificates and tokens, made at the first start over a folder and kept from then on.

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const validity = 10 * 365 * 24 * time.Hour

// keyFiles names the files, which is what kube-apiserver's flags want.
type keyFiles struct {
	authority         string
	serverCertificate string
	serverKey         string
	adminCertificate  string
	adminKey          string
	serviceAccountKey string
	tokens            string
}

// A bearer of a token: the columns of kube-apiserver's token file.
type bearer struct {
	kubeconfig string
	user       string
	groups     []string
}

var bearers = []bearer{
	{"token.kubeconfig", "token-admin", []string{"system:masters"}},
	{"limited.kubeconfig", "limited", nil},
	{"controller.kubeconfig", "system:serviceaccount:aim-system:aim-controller",
		[]string{"system:serviceaccounts", "system:serviceaccounts:aim-system", "system:authenticated"}},
}

func openKeys(folder string) (*keyFiles, error) {
	keys := &keyFiles{
		authority:         filepath.Join(folder, "ca.crt"),
		serverCertificate: filepath.Join(folder, "server.crt"),
		serverKey:         filepath.Join(folder, "server.key"),
		adminCertificate:  filepath.Join(folder, "admin.crt"),
		adminKey:          filepath.Join(folder, "admin.key"),
		serviceAccountKey: filepath.Join(folder, "service-account.key"),
		tokens:            filepath.Join(folder, "tokens.csv"),
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	// The token file is written last: where it is, everything is.
	if _, err := os.Stat(keys.tokens); err == nil {
		return keys, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return keys, keys.create()
}

func (k *keyFiles) create() error {
	authorityKey, err := newKey()
	if err != nil {
		return err
	}
	authority := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "apiserver test authority"},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	if err := writeCertificate(k.authority, authority, authority, authorityKey.Public(), authorityKey); err != nil {
		return err
	}
	server := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if err := writePair(k.serverCertificate, k.serverKey, server, authority, authorityKey); err != nil {
		return err
	}
	admin := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if err := writePair(k.adminCertificate, k.adminKey, admin, authority, authorityKey); err != nil {
		return err
	}
	signing, err := newKey()
	if err != nil {
		return err
	}
	if err := writeKey(k.serviceAccountKey, signing); err != nil {
		return err
	}
	return writeTokens(k.tokens)
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func writePair(certificate, key string, subject, authority *x509.Certificate, authorityKey crypto.Signer) error {
	own, err := newKey()
	if err != nil {
		return err
	}
	if err := writeKey(key, own); err != nil {
		return err
	}
	return writeCertificate(certificate, subject, authority, own.Public(), authorityKey)
}

func writeCertificate(file string, subject, authority *x509.Certificate, public crypto.PublicKey, signer crypto.Signer) error {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	subject.SerialNumber = serial
	// An hour back: a test may run under a clock that is a little behind.
	subject.NotBefore = time.Now().Add(-time.Hour)
	subject.NotAfter = subject.NotBefore.Add(validity)
	der, err := x509.CreateCertificate(rand.Reader, subject, authority, public, signer)
	if err != nil {
		return err
	}
	if subject == authority {
		// The identifier of its key, which the certificates that it signs repeat.
		made, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		*authority = *made
	}
	return writePrivate(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// kube-apiserver reads the key that signs tokens in this older form alone.
func writeKey(file string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePrivate(file, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

func writeTokens(file string) error {
	var lines strings.Builder
	for _, holder := range bearers {
		token := make([]byte, 24)
		if _, err := rand.Read(token); err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%s,%s,%s", hex.EncodeToString(token), holder.user, holder.user)
		if len(holder.groups) > 0 { // an empty column would be a group without a name
			fmt.Fprintf(&lines, ",%q", strings.Join(holder.groups, ","))
		}
		lines.WriteByte('\n')
	}
	return writePrivate(file, []byte(lines.String()))
}

// tokenOf reads a token back: after the first start the file is the only place that holds it.
func (k *keyFiles) tokenOf(user string) (string, error) {
	text, err := os.ReadFile(k.tokens)
	if err != nil {
		return "", err
	}
	for _, line := range strings.Split(string(text), "\n") {
		columns := strings.SplitN(line, ",", 3)
		if len(columns) == 3 && columns[1] == user {
			return columns[0], nil
		}
	}
	return "", fmt.Errorf("%s has no token for %s", k.tokens, user)
}

// writePrivate replaces the file whole, readable by its owner alone.
func writePrivate(file string, content []byte) error {
	made, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(made.Name())
	_, err = made.Write(content)
	if closing := made.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(made.Name(), file)
}
