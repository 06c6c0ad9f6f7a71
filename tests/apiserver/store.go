package main

// The data: etcd inside this process, on a Unix socket that nobody else can open.

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/mvcc"
)

// The address of a Unix socket holds 104 bytes on some systems and 108 on others, and as a URL in a flag that takes a list it
// should be plain.
var usableSocketPath = regexp.MustCompile(`^[A-Za-z0-9/._-]{1,100}$`)

type store struct {
	etcd         *embed.Etcd
	url          string
	socketFolder string // to be removed; empty when the socket lies in the data folder
}

func openStore(stop context.Context, folder string) (*store, error) {
	opened := &store{}
	socket := filepath.Join(folder, "etcd.sock")
	if !usableSocketPath.MatchString(socket) {
		// TMPDIR may be as bad as the folder itself.
		short, err := os.MkdirTemp("/tmp", "aim-etcd-")
		if err != nil {
			return nil, err
		}
		opened.socketFolder = short
		socket = filepath.Join(short, "etcd.sock")
	}
	address := url.URL{Scheme: "unix", Path: socket}
	opened.url = address.String()

	config := embed.NewConfig()
	config.Dir = filepath.Join(folder, "etcd")
	config.ListenClientUrls = []url.URL{address}
	config.AdvertiseClientUrls = []url.URL{address}
	config.ListenPeerUrls = nil // the one member has nobody to listen to
	config.UnsafeNoFsync = true // a test needs its data after a kill, not after a power cut
	config.QuotaBackendBytes = 8 << 30
	config.LogLevel = "error"
	config.LogOutputs = []string{filepath.Join(folder, "etcd.log")}

	etcd, err := embed.StartEtcd(config)
	if err != nil {
		opened.removeSocketFolder()
		return nil, err
	}
	opened.etcd = etcd
	select {
	case <-etcd.Server.ReadyNotify():
		return opened, nil
	case err := <-etcd.Err():
		opened.close()
		return nil, err
	case <-stop.Done():
		opened.close()
		return nil, errors.New("stopped while starting")
	case <-time.After(startTimeout):
		opened.close()
		return nil, errors.New("not ready in time")
	}
}

func (s *store) failed() <-chan error { return s.etcd.Err() }

func (s *store) revision() int64 { return s.etcd.Server.KV().Rev() }

// compact drops every older version of every object, so that reading at an older version is answered with 410 Gone.
func (s *store) compact(ctx context.Context) (int64, error) {
	revision := s.revision()
	_, err := s.etcd.Server.Compact(ctx, &etcdserverpb.CompactionRequest{Revision: revision, Physical: true})
	if errors.Is(err, mvcc.ErrCompacted) {
		err = nil // nothing was written since the last one
	}
	return revision, err
}

// close waits a little only: what was acknowledged lies in the log, and is read from there at the next start.
func (s *store) close() {
	closed := make(chan struct{})
	go func() {
		s.etcd.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(storeGrace):
	}
	s.removeSocketFolder()
}

func (s *store) removeSocketFolder() {
	if s.socketFolder != "" {
		os.RemoveAll(s.socketFolder)
	}
}
