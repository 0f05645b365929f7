/*
 * Kafka's own client as a member of a group: what it is to be comes as JSON, orders on standard input; it says a line of
 * JSON for each event. One source for both versions.
 */
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public final class GroupMember implements ConsumerRebalanceListener {
    static final ObjectMapper json = new ObjectMapper();
    final LinkedBlockingQueue<String> orders = new LinkedBlockingQueue<>();
    final TreeSet<Integer> owned = new TreeSet<>();
    final KafkaConsumer<byte[], byte[]> consumer;

    public static void main(String[] args) throws Exception {
        new GroupMember(json.readTree(args[0])).serve();
        System.exit(0);
    }

    GroupMember(JsonNode spec) {
        consumer = new KafkaConsumer<>(settings(spec), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(spec.get("topic").asText()), this);
    }

    static Map<String, Object> settings(JsonNode spec) {
        Map<String, Object> made = new HashMap<>();
        made.put("bootstrap.servers", spec.get("bootstrap").asText());
        made.put("group.id", spec.get("group").asText());
        made.put("enable.auto.commit", "false");
        made.put("auto.offset.reset", "earliest");
        made.put("fetch.max.wait.ms", "250");
        if (!spec.get("instance").isNull()) made.put("group.instance.id", spec.get("instance").asText());
        if (spec.get("protocol").asText().equals("consumer")) {
            made.put("group.protocol", "consumer");
            return made;
        }
        made.put("session.timeout.ms", spec.get("sessionMs").asInt());
        made.put("heartbeat.interval.ms", spec.get("heartbeatMs").asInt());
        String strategy = spec.get("strategy").asText();
        String assignors = "org.apache.kafka.clients.consumer.";
        if (strategy.equals("range")) made.put("partition.assignment.strategy", assignors + "RangeAssignor");
        if (strategy.equals("cooperative"))
            made.put("partition.assignment.strategy", assignors + "CooperativeStickyAssignor");
        return made;
    }

    void serve() throws Exception {
        Thread listening = new Thread(this::listen);
        listening.setDaemon(true);
        listening.start();
        while (true) {
            try {
                for (var record : consumer.poll(Duration.ofMillis(100)))
                    say("record", Map.of("partition", record.partition(), "offset", record.offset()));
                String order = orders.poll();
                if ("commit".equals(order)) {
                    consumer.commitSync();
                    say("committed", Map.of());
                }
                if ("leave".equals(order)) {
                    consumer.close();
                    return;
                }
            } catch (FencedInstanceIdException error) {
                say("fenced", Map.of("why", error.toString()));
                return;
            } catch (Exception error) {
                say("failed", Map.of("why", error.toString()));
            }
        }
    }

    void listen() {
        try (var lines = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) orders.add(line);
        } catch (Exception error) {
            say("failed", Map.of("why", error.toString()));
        }
        // A closed input is the end of the harness, and of the member.
        orders.add("leave");
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> places) {
        for (TopicPartition place : places) owned.add(place.partition());
        say("owns", Map.of("partitions", owned));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> places) {
        List<Integer> gone = places.stream().map(TopicPartition::partition).toList();
        say("revoked", Map.of("partitions", gone));
        owned.removeAll(gone);
        say("owns", Map.of("partitions", owned));
    }

    static synchronized void say(String event, Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("event", event);
        all.putAll(more);
        try {
            System.out.println(json.writeValueAsString(all));
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }
}
