import java.nio.ByteBuffer; import java.nio.charset.StandardCharsets; import java.nio.file.*; import java.util.*;
import org.apache.kafka.common.compress.Compression; import org.apache.kafka.common.header.*; import org.apache.kafka.common.header.internals.*; import org.apache.kafka.common.record.*;

public class Make {
  static byte[] utf8(String s) { return s == null ? null : s.getBytes(StandardCharsets.UTF_8); }
  static String keyOf(int i) { return i % 5 == 0 ? null : "key-" + i; }
  static String valueOf(int i) { return i % 7 == 0 ? null : ("value-" + i + ";").repeat(i % 11 * 10 + 1); }
  static SimpleRecord[] recipe(int count) {
    SimpleRecord[] rs = new SimpleRecord[count];
    for (int i = 0; i < count; i++) {
      Header[] hs = i % 3 == 0 ? new Header[] { new RecordHeader("trace", utf8("t" + i)), new RecordHeader("größe", utf8("x".repeat(i % 4))) } : new Header[0];
      rs[i] = new SimpleRecord(1700000000000L + (i % 2 == 0 ? i * 1000L : -i * 1000L), utf8(keyOf(i)), utf8(valueOf(i)), hs);
    }
    return rs;
  }
  static void write(String name, MemoryRecords r) throws Exception {
    ByteBuffer b = r.buffer().duplicate(); byte[] a = new byte[b.remaining()]; b.get(a);
    Files.write(Path.of("out", "java-" + name + ".bin"), a);
    System.out.println(name + " " + a.length);
  }
  public static void main(String[] x) throws Exception {
    write("plain", MemoryRecords.withRecords(Compression.NONE, recipe(60)));
    for (var c : new Compression[] { Compression.gzip().build(), Compression.snappy().build(), Compression.lz4().build(), Compression.zstd().build() })
      write(c.type().name, MemoryRecords.withRecords(c, recipe(400)));
    write("one-empty", MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(RecordBatch.NO_TIMESTAMP, (byte[]) null, (byte[]) null)));
    write("odd", MemoryRecords.withRecords(7_000_000_000_000L, Compression.NONE,
      new SimpleRecord(1L << 52, new byte[0], new byte[0], new Header[] { new RecordHeader("", (byte[]) null), new RecordHeader("a", new byte[0]), new RecordHeader("a", new byte[] { 0, (byte) 255 }) }),
      new SimpleRecord(0L, null, new byte[200]), new SimpleRecord((1L << 53) - 1, new byte[] { 1 }, null)));
    write("idempotent", MemoryRecords.withIdempotentRecords(0L, Compression.NONE, 4_000_000_001L, (short) 7, 2_147_483_640, -1, recipe(3)));
    write("transactional", MemoryRecords.withTransactionalRecords(Compression.gzip().build(), 12L, (short) 3, 5, recipe(3)));
    write("commit-marker", MemoryRecords.withEndTransactionMarker(99L, 1700000000000L, 4, 12L, (short) 3, new EndTransactionMarker(ControlRecordType.COMMIT, 0)));
    // As a broker stamps it: attributes and max timestamp inside the CRC.
    MemoryRecords stamped = MemoryRecords.withRecords(Compression.lz4().build(), recipe(60));
    MutableRecordBatch batch = stamped.batches().iterator().next();
    batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, 1800000000000L);
    batch.setLastOffset(1_000_059L); batch.setPartitionLeaderEpoch(9);
    write("append-time", stamped);
    // A broker's compaction leaves gaps: offset deltas 1, 3 and 5 of 0-5.
    var filtered = ByteBuffer.allocate(4096);
    MemoryRecords.withRecords(Compression.NONE, recipe(6)).filterTo(new MemoryRecords.RecordFilter(0, 0) {
      protected BatchRetentionResult checkBatchRetention(RecordBatch b) { return new BatchRetentionResult(BatchRetention.DELETE_EMPTY, false); }
      protected boolean shouldRetainRecord(RecordBatch b, org.apache.kafka.common.record.Record r) { return r.offset() % 2 == 1; }
    }, filtered, org.apache.kafka.common.utils.BufferSupplier.NO_CACHING);
    filtered.flip(); write("gaps", MemoryRecords.readableRecords(filtered));
    ByteBuffer old = MemoryRecords.withRecords(RecordBatch.MAGIC_VALUE_V1, Compression.NONE, new SimpleRecord(1700000000000L, utf8("k"), utf8("v"))).buffer();
    write("magic-1", MemoryRecords.readableRecords(old));
  }
}
