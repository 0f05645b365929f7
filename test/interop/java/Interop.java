/*
 * Kafka's own client. Reads a job, tries its features, says a line of JSON of each. One source for both versions; run as it
 * is, by java.
 */
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class Interop {
    interface Act {
        void run() throws Exception;
    }

    static final ObjectMapper json = new ObjectMapper();
    static JsonNode job;
    static JsonNode fixture;
    static String prefix;
    static List<String> lines = new ArrayList<>();
    static Admin admin;

    public static void main(String[] args) throws Exception {
        job = json.readTree(new File(args[0]));
        fixture = job.get("fixture");
        prefix = job.get("prefix").asText();
        fixture.get("lines").forEach(line -> lines.add(line.asText()));
        admin = Admin.create(base());
        Map<String, Act> acts = acts();
        for (JsonNode feature : job.get("features")) {
            Act act = acts.get(feature.asText());
            if (act != null) say(feature.asText(), act);
        }
        admin.close(Duration.ofSeconds(2));
        System.exit(0);
    }

    static void say(String feature, Act act) throws Exception {
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("feature", feature);
        answer.put("kind", "pass");
        answer.put("detail", "");
        try {
            act.run();
        } catch (Throwable error) {
            answer.put("kind", "fail");
            answer.put("detail", everythingOf(error));
        }
        System.out.println(json.writeValueAsString(answer));
    }

    static String everythingOf(Throwable error) {
        String own = error.getClass().getSimpleName() + ": " + error.getMessage();
        return error.getCause() == null ? own : own + "; " + everythingOf(error.getCause());
    }

    static Map<String, Act> acts() {
        Map<String, Act> acts = new HashMap<>();
        acts.put("create", () -> topic("create", 3));
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd"))
            acts.put("produce-" + codec, () -> write("produce-" + codec, "compression.type", codec));
        acts.put("idempotent", () -> write("idempotent", "enable.idempotence", "true"));
        for (String acks : List.of("0", "1", "all"))
            acts.put("acks-" + acks, () -> write("acks-" + acks, "acks", acks));
        acts.put("large", Interop::large);
        acts.put("many", Interop::many);
        acts.put("from-timestamp", Interop::fromTimestamp);
        acts.put("tail", Interop::tail);
        acts.put("auto-create", () -> {
            same(produce(prefix + "auto", records(prefix + "auto", false)).get(0).offset() >= 0, true);
            same(partitionsOf(prefix + "auto"), 4);
        });
        acts.put("list", () -> same(admin.listTopics().names().get().contains(prefix + "create"), true));
        acts.put("describe", () -> {
            TopicDescription found = describe(prefix + "create");
            same(found.partitions().size(), 3);
            same(found.partitions().get(0).isr(), List.of(found.partitions().get(0).leader()));
            DescribeClusterResult cluster = admin.describeCluster();
            same(cluster.clusterId().get().length(), 22);
            same(cluster.nodes().get().contains(cluster.controller().get()), true);
        });
        acts.put("configs", Interop::configs);
        acts.put("add-partitions", () -> {
            topic("grow", 1);
            admin.createPartitions(Map.of(prefix + "grow", NewPartitions.increaseTo(3))).all().get();
            same(partitionsOf(prefix + "grow"), 3);
        });
        acts.put("delete-records", () -> {
            String to = topic("trim", 1);
            produce(to, records(to, true));
            TopicPartition place = new TopicPartition(to, 0);
            var low = admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(5))).lowWatermarks().get(place);
            same(low.get().lowWatermark(), 5L);
            same(admin.listOffsets(Map.of(place, OffsetSpec.earliest())).all().get().get(place).offset(), 5L);
        });
        acts.put("delete-topic", () -> {
            topic("gone", 1);
            admin.deleteTopics(List.of(prefix + "gone")).all().get();
            same(admin.listTopics().names().get().contains(prefix + "gone"), false);
        });
        acts.put("topic-exists", () -> refused(() -> topic("create", 1), "TopicExistsException"));
        acts.put("unknown-topic", () -> refused(() -> describe(prefix + "nowhere"), "UnknownTopicOrPartitionException"));
        acts.put("invalid-name", () -> refused(
            () -> admin.createTopics(List.of(new NewTopic("no/slash", 1, (short) 1))).all().get(), "InvalidTopicException"));
        acts.put("too-large", () -> {
            byte[] value = new byte[fixture.get("tooLargeBytes").asInt()];
            String to = prefix + "create";
            refused(() -> produce(to, List.of(new ProducerRecord<>(to, 0, null, value))), "RecordTooLargeException");
        });
        acts.put("out-of-range", () -> refused(() -> read(prefix + "create", 1_000, 1), "OffsetOutOfRangeException"));
        acts.put("cross", () -> {
            for (JsonNode each : job.get("topics")) sameRecords(each.get("name").asText(), 0);
        });
        return acts;
    }

    static Map<String, Object> base(String... options) {
        Map<String, Object> made = new HashMap<>();
        made.put("bootstrap.servers", job.get("bootstrap").asText());
        made.put("default.api.timeout.ms", "15000");
        made.put("request.timeout.ms", "10000");
        for (int i = 0; i < options.length; i += 2) made.put(options[i], options[i + 1]);
        return made;
    }

    static void same(Object actual, Object expected) {
        if (!actual.equals(expected)) throw new AssertionError(actual + ", not " + expected);
    }

    static void refused(Act act, String name) {
        String said = "no error";
        try {
            act.run();
        } catch (Throwable error) {
            said = everythingOf(error);
        }
        if (!said.contains(name)) throw new AssertionError("not " + name + ": " + said);
    }

    static String topic(String name, int partitions) throws Exception {
        String full = prefix + name;
        CreateTopicsResult answer = admin.createTopics(List.of(new NewTopic(full, partitions, (short) 1)));
        answer.all().get();
        same(answer.numPartitions(full).get(), partitions);
        return full;
    }

    static TopicDescription describe(String name) throws Exception {
        return admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
    }

    static int partitionsOf(String name) throws Exception {
        return describe(name).partitions().size();
    }

    static byte[] decoded(JsonNode text) {
        return text.isNull() ? null : Base64.getDecoder().decode(text.asText());
    }

    static List<ProducerRecord<byte[], byte[]>> records(String to, boolean isPlaced) {
        List<ProducerRecord<byte[], byte[]>> made = new ArrayList<>();
        for (JsonNode each : fixture.get("records")) {
            List<Header> headers = new ArrayList<>();
            for (JsonNode header : each.get("headers"))
                headers.add(new RecordHeader(header.get(0).asText(), decoded(header.get(1))));
            made.add(new ProducerRecord<>(to, isPlaced ? 0 : null, each.get("timestamp").asLong(),
                decoded(each.get("key")), decoded(each.get("value")), headers));
        }
        return made;
    }

    static List<RecordMetadata> produce(String to, List<ProducerRecord<byte[], byte[]>> records, String... options)
        throws Exception {
        List<String> all = new ArrayList<>(List.of("max.request.size", "5000000", "delivery.timeout.ms", "20000",
            "linger.ms", "5", "max.block.ms", "5000"));
        all.addAll(Arrays.asList(options));
        List<RecordMetadata> answers = new ArrayList<>();
        try (var producer = new KafkaProducer<>(base(all.toArray(new String[0])), new ByteArraySerializer(),
            new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (var record : records) sent.add(producer.send(record));
            for (var each : sent) answers.add(each.get());
        }
        return answers;
    }

    static KafkaConsumer<byte[], byte[]> consumer(String... options) {
        Map<String, Object> made = base(options);
        made.put("auto.offset.reset", "none");
        made.put("enable.auto.commit", "false");
        return new KafkaConsumer<>(made, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static List<ConsumerRecord<byte[], byte[]>> read(String from, long offset, int count, String... options) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (var consumer = consumer(options)) {
            TopicPartition place = new TopicPartition(from, 0);
            consumer.assign(List.of(place));
            consumer.seek(place, offset);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (found.size() < count && System.nanoTime() < end)
                for (var record : consumer.poll(Duration.ofSeconds(1))) found.add(record);
        }
        return found;
    }

    static void write(String name, String... options) throws Exception {
        String to = topic(name, 1);
        List<RecordMetadata> answers = produce(to, records(to, true), options);
        if (!name.equals("acks-0")) same(answers.get(lines.size() - 1).offset(), lines.size() - 1L);
        sameRecords(to, 0);
    }

    static void sameRecords(String from, int first, String... options) {
        sameLines(from, read(from, first, lines.size() - first, options), first);
    }

    static void sameLines(String from, List<ConsumerRecord<byte[], byte[]>> found, int first) {
        for (int i = first; i < lines.size(); i++) {
            String line = i - first < found.size() ? lineOf(found.get(i - first)) : "nothing";
            if (!line.equals(lines.get(i)))
                throw new AssertionError(from + " record " + i + ": " + line + ", not " + lines.get(i));
        }
        same(found.size(), lines.size() - first);
    }

    static String lineOf(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder line = new StringBuilder();
        line.append(record.offset()).append('|').append(record.timestamp());
        line.append('|').append(text(record.key())).append('|').append(text(record.value()));
        for (Header header : record.headers()) line.append('|').append(header.key()).append('=').append(text(header.value()));
        return line.toString();
    }

    static String text(byte[] part) {
        return part == null ? "-" : Base64.getEncoder().encodeToString(part);
    }

    static void large() throws Exception {
        String to = topic("large", 1);
        byte[] value = decoded(fixture.get("largeValue"));
        produce(to, List.of(new ProducerRecord<>(to, 0, null, value)));
        same(Arrays.equals(read(to, 0, 1).get(0).value(), value), true);
    }

    static void many() throws Exception {
        String to = topic("many", 4);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < 2_000; i++)
            records.add(new ProducerRecord<>(to, ("" + i % 50).getBytes(), ("" + i).getBytes()));
        produce(to, records, "batch.size", "2000");
        Map<String, Integer> last = new HashMap<>();
        int count = 0;
        try (var consumer = consumer()) {
            List<TopicPartition> places = new ArrayList<>();
            for (int partition = 0; partition < 4; partition++) places.add(new TopicPartition(to, partition));
            consumer.assign(places);
            consumer.seekToBeginning(places);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (count < 2_000 && System.nanoTime() < end)
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    int value = Integer.parseInt(new String(record.value()));
                    Integer before = last.put(new String(record.key()), value);
                    if (before != null) same(value, before + 50);
                    count++;
                }
            same(consumer.endOffsets(places).values().stream().mapToLong(each -> each).sum(), 2_000L);
        }
        same(List.of(count, last.size()), List.of(2_000, 50));
    }

    static void fromTimestamp() throws Exception {
        String from = prefix + "produce-gzip";
        TopicPartition place = new TopicPartition(from, 0);
        long asked = fixture.get("records").get(7).get("timestamp").asLong();
        try (var consumer = consumer()) {
            var found = consumer.offsetsForTimes(Map.of(place, asked)).get(place);
            same(List.of(found.offset(), found.timestamp()), List.of(7L, asked));
        }
        var newest = admin.listOffsets(Map.of(place, OffsetSpec.maxTimestamp())).all().get().get(place);
        same(newest.offset(), lines.size() - 1L);
        sameRecords(from, 7);
    }

    static void tail() throws Exception {
        String to = topic("tail", 1);
        var waiting = CompletableFuture.runAsync(() -> sameRecords(to, 0, "fetch.max.wait.ms", "9000"));
        produce(to, records(to, true));
        waiting.get();
    }

    static void configs() throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, prefix + "create");
        same(configs(topic).get("retention.ms").isDefault(), true);
        change(topic, "retention.ms", "7200000", AlterConfigOp.OpType.SET);
        change(topic, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
        same(configs(topic).get("retention.ms").value(), "7200000");
        same(configs(topic).get("cleanup.policy").value(), "delete,compact");
        change(topic, "cleanup.policy", "", AlterConfigOp.OpType.DELETE);
        same(configs(topic).get("cleanup.policy").value(), "delete");
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        same(configs(broker).get("num.partitions").value(), "4");
    }

    static Config configs(ConfigResource resource) throws Exception {
        return admin.describeConfigs(Set.of(resource)).all().get().get(resource);
    }

    static void change(ConfigResource resource, String name, String value, AlterConfigOp.OpType kind) throws Exception {
        Collection<AlterConfigOp> changes = List.of(new AlterConfigOp(new ConfigEntry(name, value), kind));
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
    }
}
