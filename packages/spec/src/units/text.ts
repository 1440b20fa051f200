import * as z from 'zod'

// Control characters break terminals and PostgreSQL; a lone surrogate makes two
// different strings share one signature.
const isClean = (text: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) &&
  !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(
    text,
  )

/**
 * Builds a schema for text that came from outside.
 *
 * @param maxLength - Most UTF-16 units.
 */
export function text(maxLength: number): z.ZodString {
  return z.string().max(maxLength).refine(isClean, {
    message: 'must not hold control characters or lone surrogates',
  })
}
