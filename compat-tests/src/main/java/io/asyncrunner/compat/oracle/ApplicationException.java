package io.asyncrunner.compat.oracle;

/** The errors that scenarios raise. Without a stack trace: they are many, and only their kind is traced. */
abstract sealed class ApplicationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private ApplicationException() {
    super(null, null, true, false);
  }

  static sealed class E1 extends ApplicationException {
    private static final long serialVersionUID = 1L;
  }

  static final class E2 extends E1 {
    private static final long serialVersionUID = 1L;
  }

  static final class E3 extends ApplicationException {
    private static final long serialVersionUID = 1L;
  }

  static ApplicationException ofKind(String kind) {
    return switch (kind) {
      case "E1" -> new E1();
      case "E2" -> new E2();
      case "E3" -> new E3();
      default -> throw new IllegalArgumentException("kind: " + kind + " (expected E1, E2 or E3)");
    };
  }
}
