package io.oidcgrant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedPeersTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.128/25, 192.0.2.128, true",
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "::1, [::1], true",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "10.0.0.0/8, not-an-address, false",
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, 256.0.0.1, false",
    "0.0.0.0/0, 10.1, false",
    "0.0.0.0/0, 1.2.3.4.5, false",
    "0.0.0.0/0, 1.2.3.4., false",
  })
  void contains_comparesTheBitsOfTheBlock(String block, String peer, boolean expected) {
    assertThat(TrustedPeers.of(List.of(block)).contains(peer)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "/8", "::1/129"})
  void of_whatIsNoBlock_isRefused(String text) {
    assertThatThrownBy(() -> TrustedPeers.of(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }
}
