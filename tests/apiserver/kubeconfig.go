package main

// The kubeconfigs that tests use: one with a client certificate, one for each bearer of a token. They hold everything they
// need, so that a test may copy one elsewhere and change a line of it.

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
)

// The proof is the lines under `user`; names and values need no escapes.
const kubeconfigText = `apiVersion: v1
kind: Config
clusters:
- name: test
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: "%s"
  user:
%scontexts:
- name: test
  context:
    cluster: test
    user: "%s"
    namespace: default
current-context: test
`

func writeKubeconfigs(folder, url string, keys *keyFiles) error {
	authority, err := os.ReadFile(keys.authority)
	if err != nil {
		return err
	}
	certificate, err := os.ReadFile(keys.adminCertificate)
	if err != nil {
		return err
	}
	key, err := os.ReadFile(keys.adminKey)
	if err != nil {
		return err
	}
	encode := base64.StdEncoding.EncodeToString
	write := func(file, user, proof string) error {
		text := fmt.Sprintf(kubeconfigText, url, encode(authority), user, proof, user)
		return writePrivate(filepath.Join(folder, file), []byte(text))
	}

	proof := fmt.Sprintf("    client-certificate-data: %s\n    client-key-data: %s\n", encode(certificate), encode(key))
	if err := write("admin.kubeconfig", "admin", proof); err != nil {
		return err
	}
	for _, holder := range bearers {
		token, err := keys.tokenOf(holder.user)
		if err != nil {
			return err
		}
		if err := write(holder.kubeconfig, holder.user, fmt.Sprintf("    token: %s\n", token)); err != nil {
			return err
		}
	}
	return nil
}
