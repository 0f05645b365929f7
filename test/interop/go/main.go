// Franz-go: it sends the newest versions that both sides know. Reads a job, tries its features, says a line of JSON of each.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

type fixtureRecord struct {
	Key       *string     `json:"key"`
	Value     *string     `json:"value"`
	Timestamp int64       `json:"timestamp"`
	Headers   [][2]string `json:"headers"`
}

type fixture struct {
	Records       []fixtureRecord `json:"records"`
	Lines         []string        `json:"lines"`
	LargeValue    []byte          `json:"largeValue"`
	TooLargeBytes int             `json:"tooLargeBytes"`
}

type job struct {
	Bootstrap string                  `json:"bootstrap"`
	Prefix    string                  `json:"prefix"`
	Features  []string                `json:"features"`
	Fixture   fixture                 `json:"fixture"`
	Topics    []struct{ Name string } `json:"topics"`
}

// Only against hanging: the next feature has its turn even so.
const featureTimeMax = 45 * time.Second

type trial struct {
	job   job
	ctx   context.Context
	admin *kadm.Client
}

func main() {
	if os.Args[1] == "member" {
		runMember(os.Args[2])
		return
	}
	text, err := os.ReadFile(os.Args[1])
	must(err)
	var given job
	must(json.Unmarshal(text, &given))
	client, err := kgo.NewClient(kgo.SeedBrokers(given.Bootstrap), kgo.RetryTimeout(5*time.Second))
	must(err)
	for _, feature := range given.Features {
		act, isKnown := acts[feature]
		if !isKnown {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), featureTimeMax)
		say(feature, act(trial{given, ctx, kadm.NewClient(client)}))
		cancel()
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func say(feature string, err error) {
	kind, detail := "pass", ""
	if err != nil {
		kind, detail = "fail", err.Error()
	}
	line, _ := json.Marshal(map[string]string{"kind": kind, "detail": detail})
	fmt.Printf("{\"feature\":%q,%s\n", feature, line[1:])
}

var acts = map[string]func(trial) error{
	"create":         func(t trial) error { return t.create("create", 3) },
	"produce-none":   func(t trial) error { return t.write("produce-none", codec(kgo.NoCompression())) },
	"produce-gzip":   func(t trial) error { return t.write("produce-gzip", codec(kgo.GzipCompression())) },
	"produce-snappy": func(t trial) error { return t.write("produce-snappy", codec(kgo.SnappyCompression())) },
	"produce-lz4":    func(t trial) error { return t.write("produce-lz4", codec(kgo.Lz4Compression())) },
	"produce-zstd":   func(t trial) error { return t.write("produce-zstd", codec(kgo.ZstdCompression())) },
	"idempotent":     func(t trial) error { return t.write("idempotent", codec(kgo.NoCompression())) },
	"acks-0":         func(t trial) error { return t.writeWithAcks("acks-0", kgo.NoAck()) },
	"acks-1":         func(t trial) error { return t.writeWithAcks("acks-1", kgo.LeaderAck()) },
	"acks-all":       func(t trial) error { return t.writeWithAcks("acks-all", kgo.AllISRAcks()) },
	"large":          large,
	"many":           many,
	"from-timestamp": fromTimestamp,
	"tail":           tail,
	"auto-create":    autoCreate,
	"list":           list,
	"describe":       describe,
	"configs":        configs,
	"add-partitions": addPartitions,
	"delete-records": deleteRecords,
	"delete-topic":   deleteTopic,
	"topic-exists":   func(t trial) error { return refused(t.create("create", 3), kerr.TopicAlreadyExists) },
	"unknown-topic": func(t trial) error {
		return refused(t.produce(t.job.Prefix+"nowhere", t.records()[:1]), kerr.UnknownTopicOrPartition)
	},
	"invalid-name": func(t trial) error {
		_, err := t.admin.CreateTopic(t.ctx, 1, 1, nil, "no/slash")
		return refused(err, kerr.InvalidTopicException)
	},
	"too-large": func(t trial) error {
		value := bytes.Repeat([]byte("x"), t.job.Fixture.TooLargeBytes)
		return refused(t.produce(t.job.Prefix+"create", []*kgo.Record{{Value: value}},
			codec(kgo.NoCompression()), kgo.ProducerBatchMaxBytes(4_000_000)), kerr.MessageTooLarge)
	},
	"out-of-range": func(t trial) error {
		_, err := t.read(t.job.Prefix+"create", 1, kgo.NewOffset().At(1_000), kgo.ConsumeResetOffset(kgo.NoResetOffset()))
		return refused(err, kerr.OffsetOutOfRange)
	},
	"cross": cross,
}

func refused(err error, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return fmt.Errorf("not %v, but %v", expected, err)
}

func (t trial) create(name string, partitions int32) error {
	answer, err := t.admin.CreateTopic(t.ctx, partitions, 1, nil, t.job.Prefix+name)
	if err != nil {
		return err
	}
	return same(answer.NumPartitions, partitions)
}

func same[T comparable](actual, expected T) error {
	if actual != expected {
		return fmt.Errorf("%v, not %v", actual, expected)
	}
	return nil
}

func decoded(base64Text *string) []byte {
	if base64Text == nil {
		return nil
	}
	made, err := base64.StdEncoding.DecodeString(*base64Text)
	must(err)
	return made
}

func (t trial) records() []*kgo.Record {
	var made []*kgo.Record
	for _, each := range t.job.Fixture.Records {
		record := &kgo.Record{Key: decoded(each.Key), Value: decoded(each.Value), Timestamp: time.UnixMilli(each.Timestamp)}
		for _, header := range each.Headers {
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: header[0], Value: decoded(&header[1])})
		}
		made = append(made, record)
	}
	return made
}

func (t trial) client(options ...kgo.Opt) *kgo.Client {
	base := []kgo.Opt{kgo.SeedBrokers(t.job.Bootstrap), kgo.RetryTimeout(5 * time.Second), kgo.RecordRetries(3),
		kgo.UnknownTopicRetries(1)}
	made, err := kgo.NewClient(append(base, options...)...)
	must(err)
	return made
}

func (t trial) produce(topic string, records []*kgo.Record, options ...kgo.Opt) error {
	client := t.client(options...)
	defer client.Close()
	for _, record := range records {
		record.Topic = topic
	}
	return client.ProduceSync(t.ctx, records...).FirstErr()
}

func (t trial) write(name string, options ...kgo.Opt) error {
	if err := t.create(name, 1); err != nil {
		return err
	}
	topic := t.job.Prefix + name
	if err := t.produce(topic, t.records(), options...); err != nil {
		return err
	}
	return t.sameRecords(topic)
}

func (t trial) writeWithAcks(name string, acks kgo.Acks) error {
	return t.write(name, kgo.RequiredAcks(acks), kgo.DisableIdempotentWrite(), codec(kgo.NoCompression()))
}

func (t trial) sameRecords(topic string) error {
	expected := t.job.Fixture.Lines
	records, err := t.read(topic, len(expected), kgo.NewOffset().AtStart())
	if err != nil {
		return err
	}
	return sameLines(records, expected)
}

func (t trial) read(topic string, count int, from kgo.Offset, options ...kgo.Opt) ([]*kgo.Record, error) {
	partitions := map[string]map[int32]kgo.Offset{topic: {0: from}}
	client := t.client(append(options, kgo.ConsumePartitions(partitions))...)
	defer client.Close()
	var records []*kgo.Record
	for len(records) < count {
		fetches := client.PollFetches(t.ctx)
		if err := fetches.Err(); err != nil {
			return records, fmt.Errorf("after %d of %d records of %s: %w", len(records), count, topic, err)
		}
		records = append(records, fetches.Records()...)
	}
	return records, nil
}

func sameLines(records []*kgo.Record, expected []string) error {
	for i, line := range expected {
		if actual := lineOf(records[i]); actual != line {
			return fmt.Errorf("record %d: %.80s, not %.80s", i, actual, line)
		}
	}
	return same(len(records), len(expected))
}

func lineOf(record *kgo.Record) string {
	text := func(part []byte) string {
		if part == nil {
			return "-"
		}
		return base64.StdEncoding.EncodeToString(part)
	}
	parts := []string{fmt.Sprint(record.Offset), fmt.Sprint(record.Timestamp.UnixMilli()), text(record.Key), text(record.Value)}
	for _, header := range record.Headers {
		parts = append(parts, header.Key+"="+text(header.Value))
	}
	return strings.Join(parts, "|")
}

func large(t trial) error {
	topic := t.job.Prefix + "large"
	value := t.job.Fixture.LargeValue
	if err := errors.Join(t.create("large", 1), t.produce(topic, []*kgo.Record{{Value: value}}, codec(kgo.NoCompression()))); err != nil {
		return err
	}
	records, err := t.read(topic, 1, kgo.NewOffset().AtStart())
	if err != nil {
		return err
	}
	return same(bytes.Equal(records[0].Value, value), true)
}

func many(t trial) error {
	if err := t.create("many", 4); err != nil {
		return err
	}
	var records []*kgo.Record
	for i := range 2_000 {
		records = append(records, &kgo.Record{Key: fmt.Append(nil, i%50), Value: fmt.Append(nil, i)})
	}
	if err := t.produce(t.job.Prefix+"many", records, kgo.ProducerBatchMaxBytes(2_000)); err != nil {
		return err
	}
	client := t.client(kgo.ConsumeTopics(t.job.Prefix + "many"))
	defer client.Close()
	last := map[string]int{}
	for count := 0; count < 2_000; {
		fetches := client.PollFetches(t.ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("after %d records: %w", count, err)
		}
		for _, record := range fetches.Records() {
			var value int
			must(json.Unmarshal(record.Value, &value))
			if before, has := last[string(record.Key)]; has && value != before+50 {
				return fmt.Errorf("key %s: %d after %d", record.Key, value, before)
			}
			last[string(record.Key)] = value
			count++
		}
	}
	return same(len(last), 50)
}

func fromTimestamp(t trial) error {
	expected := t.job.Fixture.Lines[7:]
	from := kgo.NewOffset().AfterMilli(t.job.Fixture.Records[7].Timestamp)
	records, err := t.read(t.job.Prefix+"produce-gzip", len(expected), from)
	if err != nil {
		return err
	}
	return sameLines(records, expected)
}

func tail(t trial) error {
	if err := t.create("tail", 1); err != nil {
		return err
	}
	topic := t.job.Prefix + "tail"
	found := make(chan error)
	go func() {
		records, err := t.read(topic, 40, kgo.NewOffset().AtStart(), kgo.FetchMaxWait(20*time.Second))
		if err == nil {
			err = sameLines(records, t.job.Fixture.Lines)
		}
		found <- err
	}()
	if err := t.produce(topic, t.records()); err != nil {
		return err
	}
	return <-found
}

func autoCreate(t trial) error {
	topic := t.job.Prefix + "auto"
	if err := t.produce(topic, []*kgo.Record{{Value: []byte("made")}}, kgo.AllowAutoTopicCreation()); err != nil {
		return err
	}
	topics, err := t.admin.ListTopics(t.ctx, topic)
	if err != nil {
		return err
	}
	return same(len(topics[topic].Partitions), 4)
}

func list(t trial) error {
	topics, err := t.admin.ListTopics(t.ctx)
	if err != nil {
		return err
	}
	return same(topics.Has(t.job.Prefix+"create"), true)
}

func describe(t trial) error {
	topics, err := t.admin.ListTopics(t.ctx, t.job.Prefix+"create")
	if err != nil {
		return err
	}
	metadata, err := t.admin.BrokerMetadata(t.ctx)
	if err != nil {
		return err
	}
	return errors.Join(same(len(topics[t.job.Prefix+"create"].Partitions), 3), same(len(metadata.Cluster), 22),
		same(metadata.Brokers[0].NodeID, metadata.Controller))
}

func configs(t trial) error {
	topic := t.job.Prefix + "create"
	value := "7200000"
	changes := []kadm.AlterConfig{
		{Op: kadm.SetConfig, Name: "retention.ms", Value: &value},
		{Op: kadm.AppendConfig, Name: "cleanup.policy", Value: kadm.StringPtr("compact")},
	}
	changed, err := t.admin.AlterTopicConfigs(t.ctx, changes, topic)
	if err != nil {
		return err
	}
	described, err := t.admin.DescribeTopicConfigs(t.ctx, topic)
	if err != nil {
		return err
	}
	found := map[string]string{}
	for _, config := range described[0].Configs {
		found[config.Key] = config.MaybeValue()
	}
	_, err = t.admin.AlterTopicConfigs(t.ctx, []kadm.AlterConfig{{Op: kadm.DeleteConfig, Name: "cleanup.policy"}}, topic)
	return errors.Join(err, changed[0].Err, same(found["retention.ms"], value), same(found["cleanup.policy"], "delete,compact"))
}

func addPartitions(t trial) error {
	if err := t.create("grow", 1); err != nil {
		return err
	}
	topic := t.job.Prefix + "grow"
	answers, err := t.admin.UpdatePartitions(t.ctx, 3, topic)
	if err != nil {
		return err
	}
	topics, err := t.admin.ListTopics(t.ctx, topic)
	return errors.Join(err, answers.Error(), same(len(topics[topic].Partitions), 3))
}

func deleteRecords(t trial) error {
	topic := t.job.Prefix + "trim"
	if err := errors.Join(t.create("trim", 1), t.produce(topic, t.records())); err != nil {
		return err
	}
	before := kadm.Offsets{}
	before.AddOffset(topic, 0, 5, -1)
	answers, err := t.admin.DeleteRecords(t.ctx, before)
	if err != nil {
		return err
	}
	starts, err := t.admin.ListStartOffsets(t.ctx, topic)
	return errors.Join(err, answers.Error(), same(starts[topic][0].Offset, 5))
}

func deleteTopic(t trial) error {
	if err := t.create("gone", 1); err != nil {
		return err
	}
	if _, err := t.admin.DeleteTopic(t.ctx, t.job.Prefix+"gone"); err != nil {
		return err
	}
	topics, err := t.admin.ListTopics(t.ctx)
	return errors.Join(err, same(topics.Has(t.job.Prefix+"gone"), false))
}

func cross(t trial) error {
	for _, topic := range t.job.Topics {
		if err := t.sameRecords(topic.Name); err != nil {
			return fmt.Errorf("%s: %w", topic.Name, err)
		}
	}
	return nil
}

func codec(only kgo.CompressionCodec) kgo.Opt {
	return kgo.ProducerBatchCompression(only)
}
