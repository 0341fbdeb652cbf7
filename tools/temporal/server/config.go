package main

import (
	"fmt"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
)

const loopback = "127.0.0.1"

// configuration is that of one process with all four services, over one SQLite file.
func configuration(port int, database string) (*config.Config, error) {
	address := fmt.Sprintf("%s:%d", loopback, port)
	services, err := services(port)
	if err != nil {
		return nil, err
	}
	cfg := &config.Config{
		Services:            services,
		ClusterMetadata:     oneCluster(address),
		PublicClient:        config.PublicClient{HostPort: address},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
		Persistence: config.Persistence{
			DefaultStore:     sqlite.PluginName,
			VisibilityStore:  sqlite.PluginName,
			NumHistoryShards: 1,
			DataStores: map[string]config.DataStore{sqlite.PluginName: {SQL: &config.SQL{
				PluginName:   sqlite.PluginName,
				DatabaseName: database,
				ConnectAttributes: map[string]string{
					"mode": "rwc", "_journal_mode": "WAL", "_synchronous": "NORMAL",
				},
			}}},
		},
	}
	cfg.Global.Membership = config.Membership{
		MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback,
	}
	return cfg, nil
}

func oneCluster(address string) *cluster.Config {
	return &cluster.Config{
		FailoverVersionIncrement: 10,
		MasterClusterName:        "active",
		CurrentClusterName:       "active",
		ClusterInformation: map[string]cluster.ClusterInformation{
			"active": {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address},
		},
	}
}

// services are Temporal's four, each on ports of loopback.
func services(frontend int) (map[string]config.Service, error) {
	found := map[string]config.Service{}
	for _, name := range []string{"frontend", "history", "matching", "worker"} {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		membership, err := freePort()
		if err != nil {
			return nil, err
		}
		if name == "frontend" {
			port = frontend
		}
		found[name] = config.Service{RPC: config.RPC{
			GRPCPort: port, MembershipPort: membership, BindOnIP: loopback,
		}}
	}
	return found, nil
}
