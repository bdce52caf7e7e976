package io.asyncrunner.netty;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key for localhost, made for these tests by the JDK's keytool, and what trusts it. */
final class Tls {
  private static final char[] PASSWORD = "for-tests".toCharArray();
  private static final KeyStore KEYS = newKeys();

  private Tls() {}

  private static KeyStore newKeys() {
    try {
      Path folder = Files.createTempDirectory("asyncrunner-tls");
      Path file = folder.resolve("keys.p12");
      Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
          "-genkeypair", "-alias", "localhost", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
          "san=dns:localhost,ip:127.0.0.1", "-validity", "30", "-storetype", "PKCS12", "-storepass",
          new String(PASSWORD), "-keystore", file.toString()).inheritIO().start();
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("keytool ended with " + keytool.exitValue());
      }
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, PASSWORD);
      }
      Files.delete(file);
      Files.delete(folder);
      return keys;
    } catch (Exception failed) {
      throw new ExceptionInInitializerError(failed);
    }
  }

  private static KeyManagerFactory keyManagers() throws Exception {
    KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(KEYS, PASSWORD);
    return factory;
  }

  private static TrustManagerFactory trustManagers() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("localhost", KEYS.getCertificate("localhost"));
    TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory;
  }

  static SslContext server() throws Exception {
    return SslContextBuilder.forServer(keyManagers()).sslProvider(SslProvider.JDK).build();
  }

  static SslContext client() throws Exception {
    return SslContextBuilder.forClient().sslProvider(SslProvider.JDK).trustManager(trustManagers()).build();
  }

  /** A client that trusts nobody. */
  static SslContext distrustingClient() throws Exception {
    return SslContextBuilder.forClient().sslProvider(SslProvider.JDK).build();
  }

  /** For servers of the JDK's own. */
  static SSLContext jdk() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers().getKeyManagers(), trustManagers().getTrustManagers(), null);
    return context;
  }
}
