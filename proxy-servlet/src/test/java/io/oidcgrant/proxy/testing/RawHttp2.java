package io.oidcgrant.proxy.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/** A caller's connection in HTTP/2: sends exactly the fields and frames it is given. */
public final class RawHttp2 implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RESET = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;

  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int FRAME = 16_384;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final DataInputStream in;
  private final HpackDecoder decoder = new HpackDecoder(1 << 20, System::nanoTime);
  private final Map<Integer, Integer> settings = new HashMap<>();
  private final Map<Integer, Stream> streams = new HashMap<>();
  private final List<Integer> goaways = new ArrayList<>();
  private String goawayWords = "";
  private boolean over;
  private int last = -1;

  /** What has come on a stream. */
  private static final class Stream {
    private int status;
    private final Map<String, List<String>> headers = new TreeMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean ended;
    private int reset = -1;
  }

  RawHttp2(Socket socket, InputStream in) {
    this.socket = socket;
    this.in = new DataInputStream(in);
  }

  /** In clear text, by prior knowledge. */
  public static RawHttp2 connect(int port) {
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(20_000);
      return new RawHttp2(socket, new BufferedInputStream(socket.getInputStream())).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The preface, with no settings. */
  public RawHttp2 start() {
    write(PREFACE);
    return frame(SETTINGS, 0, 0, new byte[0]);
  }

  /** Where it cannot be said any more, what comes tells why. */
  private void answer(int type, int flags, int stream, byte[] payload) {
    try {
      frame(type, flags, stream, payload);
    } catch (UncheckedIOException e) {
      over |= !(e.getCause() instanceof SocketException);
    }
  }

  private void write(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public RawHttp2 frame(int type, int flags, int stream, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
    write(frame.array());
    return this;
  }

  /** The next stream's number. */
  public int open() {
    last += 2;
    return last;
  }

  /** {@code name value}, one after the other; as a new stream. */
  public int send(boolean end, List<String> fields) {
    int stream = open();
    headers(stream, end, fields);
    return stream;
  }

  /** Fields without Huffman coding and without a table (RFC 7541 section 6.2.2). */
  public RawHttp2 headers(int stream, boolean end, List<String> fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (String field : fields) {
      block.write(0);
      string(block, field);
    }
    return block(stream, end, block.toByteArray());
  }

  private static void string(ByteArrayOutputStream block, String field) {
    int space = field.indexOf(' ');
    for (String part : List.of(field.substring(0, space), field.substring(space + 1))) {
      byte[] bytes = part.getBytes(StandardCharsets.ISO_8859_1);
      if (bytes.length < 127) {
        block.write(bytes.length);
      } else {
        block.write(127);
        int rest = bytes.length - 127;
        for (; rest >= 128; rest /= 128) {
          block.write(rest % 128 + 128);
        }
        block.write(rest);
      }
      block.writeBytes(bytes);
    }
  }

  private RawHttp2 block(int stream, boolean end, byte[] block) {
    int sent = 0;
    int type = HEADERS;
    int flags = end ? END_STREAM : 0;
    do {
      int size = Math.min(FRAME, block.length - sent);
      byte[] part = Arrays.copyOfRange(block, sent, sent + size);
      sent += size;
      frame(type, flags | (sent == block.length ? END_HEADERS : 0), stream, part);
      type = CONTINUATION;
      flags = 0;
    } while (sent < block.length);
    return this;
  }

  public RawHttp2 data(int stream, boolean end, String text) {
    return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A request to {@code path}, with more fields; without a body. */
  public int get(String path, String... more) {
    return send(true, request("GET", path, more));
  }

  public static List<String> request(String method, String path, String... more) {
    List<String> fields = new ArrayList<>(
        List.of(":method " + method, ":scheme http", ":authority localhost", ":path " + path));
    fields.addAll(List.of(more));
    return fields;
  }

  /** The answer on a stream: its status, or 0 where it was reset or the connection has ended. */
  public Answer read(int number) {
    Stream stream = streams.computeIfAbsent(number, absent -> new Stream());
    while (!over && !stream.ended && stream.reset < 0) {
      readFrame();
    }
    if (!stream.ended && stream.reset < 0) {
      stream.headers.put("goaway", List.of(goawayWords));
    }
    return new Answer(stream.ended ? stream.status : 0, stream.headers, stream.body.toByteArray());
  }

  /** The code of the reset of a stream, which may come after an answer; -1 at the end of all. */
  public int resetOf(int number) {
    Stream stream = streams.get(number);
    while (!over && stream.reset < 0) {
      readFrame();
    }
    return stream.reset;
  }

  /** Everything that was sent before has been read when this returns. */
  public RawHttp2 ping() {
    frame(PING, 0, 0, new byte[8]);
    while (!over && readFrame() != PING) {
      // what came before
    }
    return this;
  }

  /** Reads until the server says that it ends the connection, or ends it; the last code it said. */
  public int goaway() {
    while (!over && goaways.isEmpty()) {
      readFrame();
    }
    return goaways.isEmpty() ? -1 : goaways.get(goaways.size() - 1);
  }

  /** Whether the server ends the connection. */
  public boolean ends() {
    while (!over) {
      readFrame();
    }
    return true;
  }

  public int setting(int id) {
    return settings.getOrDefault(id, -1);
  }

  private int readFrame() {
    try {
      int head = in.read();
      if (head < 0) {
        over = true;
        return -1;
      }
      int length = head << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int number = in.readInt();
      ByteBuffer payload = ByteBuffer.wrap(in.readNBytes(length));
      Stream stream = streams.computeIfAbsent(number, absent -> new Stream());
      switch (type) {
        case DATA -> {
          stream.body.writeBytes(payload.array());
          if (length > 0 && (flags & END_STREAM) == 0) {
            byte[] more = ByteBuffer.allocate(4).putInt(length).array();
            answer(WINDOW_UPDATE, 0, 0, more);
            answer(WINDOW_UPDATE, 0, number, more);
          }
        }
        case HEADERS -> answered(stream, decoder.decode(payload));
        case RESET -> stream.reset = payload.getInt();
        case SETTINGS -> {
          while (payload.hasRemaining()) {
            settings.put((int) payload.getShort(), payload.getInt());
          }
          if (flags != ACK) {
            answer(SETTINGS, ACK, 0, new byte[0]);
          }
        }
        case GOAWAY -> {
          goaways.add(payload.getInt(4));
          goawayWords += new String(payload.array(), 8, length - 8, StandardCharsets.US_ASCII);
        }
        default -> {
          // nothing to do
        }
      }
      stream.ended |= (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
      return type;
    } catch (SocketException e) {
      over = true;
      return -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (HpackException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void answered(Stream stream, MetaData fields) {
    if (fields instanceof MetaData.Response answer) {
      stream.status = answer.getStatus();
    }
    for (HttpField field : fields.getHttpFields()) {
      stream
          .headers
          .computeIfAbsent(field.getLowerCaseName(), name -> new ArrayList<>())
          .add(field.getValue());
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
