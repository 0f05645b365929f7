import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads so many records of a topic from its beginning with Kafka's own client, all partitions assigned by hand: the tool that
 * comes with Kafka needs a group. Prints `records seconds`; the clock starts with the first records.
 */
public final class AssigningConsumer {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    public static void main(String[] args) {
        String topic = args[1];
        long wanted = Long.parseLong(args[3]);
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[2]); i++) partitions.add(new TopicPartition(topic, i));
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long begun = System.nanoTime();
            long started = 0;
            long first = 0;
            long seen = 0;
            while (seen < wanted) {
                int count = consumer.poll(Duration.ofMillis(200)).count();
                if (started == 0 && count > 0) {
                    started = System.nanoTime();
                    first = count;
                }
                seen += count;
                if (System.nanoTime() - begun > PATIENCE_NANOS)
                    throw new IllegalStateException(seen + " of " + wanted + " records came");
            }
            System.out.println((seen - first) + " " + (System.nanoTime() - started) / 1e9);
        }
    }
}
