/*
 * Kafka Streams: it counts words over a repartition and a changelog topic, is stopped, loses its state, and goes on from the
 * changelog. Reads a job, and says a line of JSON.
 */
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

public final class WordCount {
    static final ObjectMapper json = new ObjectMapper();
    static final int partitions = 3;
    static String bootstrap;
    static String prefix;
    static Admin admin;

    public static void main(String[] args) throws Exception {
        JsonNode job = json.readTree(new File(args[0]));
        bootstrap = job.get("bootstrap").asText();
        prefix = job.get("prefix").asText();
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("feature", "streams");
        try {
            countWords();
            answer.put("kind", "pass");
            answer.put("detail", "");
        } catch (Throwable error) {
            answer.put("kind", "fail");
            answer.put("detail", error + (error.getCause() == null ? "" : "; " + error.getCause()));
        }
        System.out.println(json.writeValueAsString(answer));
        System.exit(0);
    }

    static void countWords() throws Exception {
        admin.createTopics(List.of(new NewTopic(prefix + "lines", partitions, (short) 1),
            new NewTopic(prefix + "counts", partitions, (short) 1))).all().get();
        write("the log is the log", "the end is the end");
        run("before", Map.of("the", 4L, "log", 2L, "is", 2L, "end", 2L));
        checkInternalTopics();
        write("the log goes on");
        // Another folder: the counts so far are in the changelog topic only.
        run("after", Map.of("the", 5L, "log", 3L, "is", 2L, "end", 2L, "goes", 1L, "on", 1L));
    }

    static void run(String folder, Map<String, Long> expected) throws Exception {
        try (var streams = new KafkaStreams(topology(), settings(folder))) {
            Throwable[] fault = new Throwable[1];
            streams.setUncaughtExceptionHandler(error -> {
                fault[0] = error;
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.start();
            Map<String, Long> counts = new HashMap<>();
            try (var consumer = new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", bootstrap,
                "auto.offset.reset", "earliest"), new StringDeserializer(), new LongDeserializer())) {
                List<TopicPartition> places = new ArrayList<>();
                for (int i = 0; i < partitions; i++) places.add(new TopicPartition(prefix + "counts", i));
                consumer.assign(places);
                consumer.seekToBeginning(places);
                until(folder, () -> {
                    if (fault[0] != null) throw new IllegalStateException(fault[0]);
                    for (var record : consumer.poll(Duration.ofMillis(200))) counts.put(record.key(), record.value());
                    return counts.equals(expected) ? null : counts;
                });
            }
            if (folder.equals("before")) untilRepartitionTopicIsTrimmed();
            streams.close(Duration.ofSeconds(20));
        }
    }

    static Topology topology() {
        var builder = new StreamsBuilder();
        builder.<String, String>stream(prefix + "lines")
            .flatMapValues(line -> Arrays.asList(line.split(" ")))
            .groupBy((key, word) -> word, Grouped.as("words"))
            .count(Materialized.as("counts"))
            .toStream()
            .to(prefix + "counts", Produced.with(Serdes.String(), Serdes.Long()));
        return builder.build();
    }

    static Properties settings(String folder) {
        var made = new Properties();
        made.put("application.id", prefix + "word-count");
        made.put("bootstrap.servers", bootstrap);
        made.put("default.key.serde", Serdes.String().getClass());
        made.put("default.value.serde", Serdes.String().getClass());
        made.put("state.dir", Path.of(folder).toAbsolutePath().toString());
        made.put("commit.interval.ms", "200");
        made.put("statestore.cache.max.bytes", "0");
        made.put("repartition.purge.interval.ms", "500");
        made.put("consumer.auto.offset.reset", "earliest");
        // It does not say that it leaves when it is closed: its next run is to take over soon all the same.
        made.put("consumer.session.timeout.ms", "6000");
        made.put("consumer.heartbeat.interval.ms", "1000");
        return made;
    }

    static void write(String... lines) throws Exception {
        try (var producer = new KafkaProducer<>(Map.<String, Object>of("bootstrap.servers", bootstrap),
            new StringSerializer(), new StringSerializer())) {
            for (String line : lines) producer.send(new ProducerRecord<>(prefix + "lines", line)).get();
        }
    }

    static void checkInternalTopics() throws Exception {
        String changelog = prefix + "word-count-counts-changelog";
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, changelog);
        String policy = admin.describeConfigs(List.of(resource)).all().get().get(resource).get("cleanup.policy").value();
        if (!policy.equals("compact")) throw new AssertionError(changelog + " has cleanup.policy " + policy);
    }

    /** What was counted is deleted from the repartition topic, by DeleteRecords. */
    static void untilRepartitionTopicIsTrimmed() throws Exception {
        Map<TopicPartition, OffsetSpec> starts = new HashMap<>();
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (int i = 0; i < partitions; i++) {
            var place = new TopicPartition(prefix + "word-count-words-repartition", i);
            starts.put(place, OffsetSpec.earliest());
            ends.put(place, OffsetSpec.latest());
        }
        until("trimmed", () -> {
            try {
                String first = admin.listOffsets(starts).all().get().values().stream().map(each -> each.offset()).toList().toString();
                String last = admin.listOffsets(ends).all().get().values().stream().map(each -> each.offset()).toList().toString();
                return first.equals(last) ? null : first + " of " + last;
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        });
    }

    /** Asks until there is nothing left to say. */
    static void until(String what, Supplier<Object> missing) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        Object last = missing.get();
        while (last != null) {
            if (System.nanoTime() > end) throw new AssertionError("not " + what + ": " + last);
            last = missing.get();
        }
    }
}
