/** Picks the most specific sentence of an explanation, for lists and headings. */

/** The first sentence that is not a general statement of denial; else the first sentence; else the empty string. */
export const leadSentence = (explanation: readonly string[]): string =>
  explanation.find(
    sentence =>
      !/^Denied: |^The trust policy of .* does not allow |is not authorized to perform|is not allowed to perform/.test(
        sentence,
      ),
  ) ??
  explanation[0] ??
  '';
