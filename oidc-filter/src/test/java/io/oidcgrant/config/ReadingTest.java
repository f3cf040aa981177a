package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingTest {
  @Test
  void secretOfAFile_isAsItWasAccepted_whileItIsAskedFor(@TempDir Path directory) throws Exception {
    Path kept = Files.writeString(directory.resolve("kept"), "one");
    Path gone = Files.writeString(directory.resolve("gone"), "two");
    Reading first = new Reading(name -> null, false);
    assertThat(first.textOf(kept) + first.textOf(gone)).isEqualTo("onetwo");
    Files.delete(kept);
    Files.delete(gone);

    Reading second = first.again();
    assertThat(second.textOf(kept)).isEqualTo("one");
    second.forgetEarlier();
    assertThat(second.textOf(kept)).isEqualTo("one");
    Reading third = second.again();
    assertThat(third.textOf(kept)).isEqualTo("one");
    assertThatThrownBy(() -> third.textOf(gone)).isInstanceOf(NoSuchFileException.class);
  }
}
