package io.oidcgrant.proxy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals to a process. Through reflection: a shutdown hook can neither set the exit status nor
 * see a second signal, and the class that can is not for compilers to see.
 */
final class Signals {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /** Calls {@code action} for every SIGTERM and SIGINT, on a thread of its own. */
  static void onTermination(Runnable action) {
    if (!on(action, "TERM", "INT")) {
      LOG.warn("signals end this process at once: they cannot be handled on this JVM");
    }
  }

  /** Calls {@code action} for every SIGHUP, where the system has it. */
  static void onHangUp(Runnable action) {
    if (!on(action, "HUP")) {
      LOG.debug("there is no SIGHUP here");
    }
  }

  private static boolean on(Runnable action, String... names) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler call = (proxy, method, arguments) -> {
        if (method.getDeclaringClass() == Object.class) {
          return method.invoke(action, arguments);
        }
        action.run();
        return null;
      };
      Object proxy =
          Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, call);
      for (String name : names) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      }
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
