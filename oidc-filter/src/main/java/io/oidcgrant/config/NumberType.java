package io.oidcgrant.config;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/** A number in a range, both ends included. */
abstract class NumberType<T extends Number> implements FieldType<T> {
  private final BigDecimal min;
  private final BigDecimal max;
  private final boolean whole;

  NumberType(BigDecimal min, BigDecimal max, boolean whole) {
    this.min = min;
    this.max = max;
    this.whole = whole;
  }

  abstract T convert(BigDecimal number);

  @Override
  public Optional<T> read(ConfigNode node, String path, Reading reading) {
    if (!(node instanceof ConfigNode.Scalar scalar) || !scalar.numberValue()) {
      reading.problem(node, path, "is " + node.kind() + ", must be " + words());
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(scalar.text());
    if (outside(number)) {
      reading.problem(node, path, "must be " + words());
      return Optional.empty();
    }
    return Optional.of(convert(number));
  }

  @Override
  public Optional<String> wrong(T value) {
    return outside(new BigDecimal(value.toString()))
        ? Optional.of("must be " + words())
        : Optional.empty();
  }

  private boolean outside(BigDecimal number) {
    return number.compareTo(min) < 0
        || number.compareTo(max) > 0
        || (whole && number.stripTrailingZeros().scale() > 0);
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("type", whole ? "integer" : "number", "minimum", min, "maximum", max);
  }

  @Override
  public String words() {
    return (whole ? "a whole number" : "a number")
        + " from "
        + min.stripTrailingZeros().toPlainString()
        + " to "
        + max.stripTrailingZeros().toPlainString();
  }
}
