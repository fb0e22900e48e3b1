/** Which of an explanation's sentences says most. */

/** The first that is about this case, not about denials in general. */
export const telling = (explanation: readonly string[]): string =>
  explanation.find(
    sentence =>
      !/^Denied: |^The trust policy of .* does not allow |is not authorized to perform|may not perform/.test(sentence),
  ) ??
  explanation[0] ??
  '';
