package main

// The garbage collector of kube-controller-manager, as a client of the server beside it.

import (
	"context"
	"time"

	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
)

const (
	collectorWorkers = 5
	// How soon it notices a new CRD. A cluster's own looks every 30 seconds, which no test wants to wait for.
	collectorPeriod = 2 * time.Second
)

func startCollector(ctx context.Context, url string, keys *keyFiles) error {
	config := &rest.Config{
		Host:      url,
		UserAgent: "generic-garbage-collector",
		QPS:       -1, // no limit
		TLSClientConfig: rest.TLSClientConfig{
			CAFile: keys.authority, CertFile: keys.adminCertificate, KeyFile: keys.adminKey,
		},
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	objects, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery()))
	watched := informerfactory.NewInformerFactory(
		informers.NewSharedInformerFactory(client, 0), metadatainformer.NewSharedInformerFactory(objects, 0))
	started := make(chan struct{})
	close(started) // no other controller shares these informers

	collector, err := garbagecollector.NewGarbageCollector(
		ctx, client, objects, mapper, garbagecollector.DefaultIgnoredResources(), watched, started)
	if err != nil {
		return err
	}
	go collector.Run(ctx, collectorWorkers, collectorPeriod)
	go collector.Sync(ctx, client.Discovery(), collectorPeriod)
	return nil
}
