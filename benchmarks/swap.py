#!/usr/bin/env python3
"""How long a caller waits at most while a configuration of 5,000 routes with plugins is swapped.

swap.py JAR [JVM options]: starts the proxy with JAVA_HOME's java (else java), asks once a
millisecond on one connection, and sends SIGHUP every 3.5 seconds, five times.
"""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROUTE = """  - name: r%d
    paths: [/r%d]
    plugins:
    - name: openid-connect
      config: {issuer: "http://127.0.0.1:9/i", client_id: c, client_secret: s,
        auth_methods: [client_credentials], client_credentials_param_type: [header]}
"""

with tempfile.TemporaryDirectory() as directory:
    config = os.path.join(directory, "kong.yaml")
    with open(config, "w") as file:
        file.write("services:\n- name: s\n  url: http://127.0.0.1:9\n  routes:\n")
        file.writelines(ROUTE % (i, i) for i in range(5000))
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else "java"
    started = time.time()
    proxy = subprocess.Popen(
        [java, *sys.argv[2:], "-jar", sys.argv[1], "run", "--config", config]
        + ["--listen", "127.0.0.1:0", "--admin", "off"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        port = int(proxy.stdout.readline().split(b":")[2].split()[0])
        print("ready after %.1f s" % (time.time() - started))
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask():
            begun = time.perf_counter()
            connection.sendall(b"GET /r77 HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 401 "), answer
            time.sleep(0.001)
            return (time.perf_counter() - begun) * 1000 - 1

        def during(seconds):
            end = time.time() + seconds
            waits = []
            while time.time() < end:
                waits.append(ask())
            waits.sort()
            return "p99 %.1f ms, longest %.0f ms" % (waits[len(waits) * 99 // 100], waits[-1])

        during(6)
        print("at rest: " + during(3))
        for swap in range(5):
            proxy.send_signal(signal.SIGHUP)
            print("swap %d: %s" % (swap, during(3.5)))
    finally:
        proxy.terminate()
        proxy.wait()
