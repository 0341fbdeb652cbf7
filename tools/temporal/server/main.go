// A Temporal server in one process, on loopback, over an SQLite file: for trying the fleet's
// distributed engine and for its tests. It has no authentication and is no server for production.
//
// It takes a file of an earlier life as it is. Temporal waits about 50 seconds for the members of
// its cluster that the file remembers; here they died with the process that wrote them, which the
// lock on the file proves, so they are forgotten at once. Its log is beside it, in FILE.log.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
)

func main() {
	port := flag.Int("port", 7233, "port of the frontend, on 127.0.0.1")
	database := flag.String("database", "", "SQLite file; made if it is not there")
	namespace := flag.String("namespace", "default", "namespace to make")
	flag.Parse()
	if err := run(*port, *database, *namespace); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(port int, database, namespace string) error {
	lock, err := own(database)
	if err != nil {
		return err
	}
	defer lock.Close()
	cfg, err := configuration(port, database)
	if err != nil {
		return err
	}
	if err := prepare(cfg, namespace); err != nil {
		return err
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithLogger(log.NewZapLogger(log.BuildZapLogger(log.Config{
			Level: "warn", OutputFile: database + ".log",
		}))),
		temporal.WithDynamicConfigClient(settings()),
		temporal.InterruptOn(temporal.InterruptCh()),
	)
	if err != nil {
		return err
	}
	return server.Start() // until SIGINT or SIGTERM
}

// own takes the database for this process alone.
func own(database string) (*os.File, error) {
	if database == "" {
		return nil, errors.New("-database is missing")
	}
	if err := os.MkdirAll(filepath.Dir(database), 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(database+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("another server has %s open", database)
	}
	return lock, nil
}

// prepare makes tables and namespace where they are missing, and forgets dead members.
func prepare(cfg *config.Config, namespace string) error {
	store := cfg.Persistence.DataStores[cfg.Persistence.DefaultStore].SQL
	if _, err := os.Stat(store.DatabaseName); errors.Is(err, os.ErrNotExist) {
		if err := sqlite.SetupSchema(store); err != nil {
			return err
		}
	}
	made, err := sqlite.NewNamespaceConfig(cfg.ClusterMetadata.CurrentClusterName, namespace, false, nil)
	if err != nil {
		return err
	}
	if err := sqlite.CreateNamespaces(store, made); err != nil {
		return err
	}
	db, err := sql.NewSQLAdminDB(sqlplugin.DbKindUnknown, store,
		resolver.NewNoopResolver(), log.NewNoopLogger(), metrics.NoopMetricsHandler)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Exec("DELETE FROM cluster_membership")
}

// settings are those that the fleet needs of any server: a rate for each fairness key.
func settings() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		dynamicconfig.MatchingUseNewMatcher.Key():                   true,
		dynamicconfig.MatchingEnableFairness.Key():                  true,
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
	}
}

// freePort is one that nobody listens on. (Temporal wants to be told its ports.)
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
