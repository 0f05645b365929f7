// Franz-go as a member of a group: what it is to be comes as JSON, orders on standard input; it says a line for each event.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

type memberSpec struct {
	Bootstrap   string  `json:"bootstrap"`
	Group       string  `json:"group"`
	Topic       string  `json:"topic"`
	SessionMs   int     `json:"sessionMs"`
	HeartbeatMs int     `json:"heartbeatMs"`
	Strategy    string  `json:"strategy"`
	Protocol    string  `json:"protocol"`
	Instance    *string `json:"instance"`
}

type member struct {
	spec   memberSpec
	client *kgo.Client
	lock   sync.Mutex
	owned  map[int32]bool
}

func runMember(text string) {
	made := &member{owned: map[int32]bool{}}
	must(json.Unmarshal([]byte(text), &made.spec))
	client, err := kgo.NewClient(made.options()...)
	must(err)
	made.client = client
	go made.read()
	made.obey()
}

func (m *member) options() []kgo.Opt {
	options := []kgo.Opt{
		kgo.SeedBrokers(m.spec.Bootstrap), kgo.ConsumerGroup(m.spec.Group), kgo.ConsumeTopics(m.spec.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(), kgo.FetchMaxWait(250 * time.Millisecond),
		kgo.OnPartitionsAssigned(m.assigned), kgo.OnPartitionsRevoked(m.revoked), kgo.OnPartitionsLost(m.revoked),
	}
	if m.spec.Instance != nil {
		options = append(options, kgo.InstanceID(*m.spec.Instance))
	}
	if m.spec.Protocol == "consumer" {
		return append(options, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()))
	}
	if m.spec.Strategy == "range" {
		options = append(options, kgo.Balancers(kgo.RangeBalancer()))
	}
	session := time.Duration(m.spec.SessionMs) * time.Millisecond
	heartbeat := time.Duration(m.spec.HeartbeatMs) * time.Millisecond
	return append(options, kgo.SessionTimeout(session), kgo.HeartbeatInterval(heartbeat))
}

func (m *member) assigned(_ context.Context, _ *kgo.Client, places map[string][]int32) {
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, partition := range places[m.spec.Topic] {
		m.owned[partition] = true
	}
	sayEvent("owns", map[string]any{"partitions": append([]int32{}, slices.Sorted(maps.Keys(m.owned))...)})
}

func (m *member) revoked(_ context.Context, _ *kgo.Client, places map[string][]int32) {
	m.lock.Lock()
	defer m.lock.Unlock()
	gone := places[m.spec.Topic]
	sayEvent("revoked", map[string]any{"partitions": append([]int32{}, gone...)})
	for _, partition := range gone {
		delete(m.owned, partition)
	}
	sayEvent("owns", map[string]any{"partitions": append([]int32{}, slices.Sorted(maps.Keys(m.owned))...)})
}

func (m *member) read() {
	for {
		fetches := m.client.PollFetches(context.Background())
		if fetches.IsClientClosed() {
			return
		}
		fetches.EachError(func(_ string, _ int32, err error) { sayError(err) })
		fetches.EachRecord(func(record *kgo.Record) {
			sayEvent("record", map[string]any{"partition": record.Partition, "offset": record.Offset})
		})
	}
}

func (m *member) obey() {
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		switch orders.Text() {
		case "commit":
			if err := m.client.CommitUncommittedOffsets(context.Background()); err != nil {
				sayError(err)
			} else {
				sayEvent("committed", nil)
			}
		case "leave":
			m.client.Close()
			return
		}
	}
}

func sayError(err error) {
	event := "failed"
	if errors.Is(err, kerr.FencedInstanceID) || strings.Contains(err.Error(), "FENCED_INSTANCE_ID") {
		event = "fenced"
	}
	sayEvent(event, map[string]any{"why": err.Error()})
}

var output sync.Mutex

func sayEvent(event string, more map[string]any) {
	output.Lock()
	defer output.Unlock()
	text, _ := json.Marshal(more)
	if len(more) == 0 {
		fmt.Printf("{\"event\":%q}\n", event)
		return
	}
	fmt.Printf("{\"event\":%q,%s\n", event, text[1:])
}
