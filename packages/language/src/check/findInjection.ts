import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'

const PHRASES =
  /(?:ignore|disregard|forget|override|bypass|skip) (?:all |any |the |your |my |these |those |every |everything )*(?:previous|prior|above|earlier|preceding|past|safety|system|initial|security|existing|other|instructions?|rules?|restrictions?|guardrails?|checks?|polic(?:y|ies)|limits?|confirmation|approval)|you are now (?:a|an|in|the|acting|no longer)|new instructions?:|system ?(?:prompt|message|override|:)|<\/?(?:system|assistant|user|instruction|tool)|\[(?:system|inst|admin|assistant)\]|###? ?(?:system|instruction)|act as (?:a|an|the|my|if)|developer mode|jailbreak|do anything now|pretend (?:to be|you|that)|reveal your|your (?:private key|seed phrase|system prompt)|(?:my|the) (?:private key|seed phrase|mnemonic)|without (?:asking (?:me|us|anyone|first|again)|asking$|my asking|(?:my )?(?:approval|confirmation|confirming|telling me|permission))|as (?:an )?admin(?:istrator)?(?:,| i)|override code|begin (?:system|instructions?)|end of (?:user )?(?:input|prompt|message)|(?:assistant|system|admin|support) ?: /

const REPORTED =
  /(?:message|email|e-mail|mail|note|tweet|text|dm|memo|post|comment|letter|description|website|site|page|name|invoice|contract|token|he|she|they|bob|alice|someone|friend|boss|guy|person|support|admin|bot|agent|it) (?:that |which )?(?:says|said|reads|told me|tells me|tells you|wrote|writes|claims|states|instructs|says to|asks me|asked me|wants me)(?: to)?:? |^(?:fwd|forwarded|re|from|subject) ?:|(?:message|email|note|instruction|memo|dm) (?:from|by) [^:]{1,40}:/

/** A sentence that does nothing but report what stands in quotation marks. */
const QUOTING =
  /(?:says|said|reads|told me|tells me|wrote|writes|claims|states|instructs):? ?"+/g

/**
 * Tells whether the text carries instructions of someone else. A courtesy to
 * the reader: what keeps money safe is that only spans give arguments.
 */
export function findInjection(
  normalised: NormalisedText,
  items: readonly Item[],
): boolean {
  // What stands in a quotation is taken out already and changes nothing; `it
  // says "…"` reports no more than that.
  let text = normalised.text
  for (const item of items)
    if (item.type === 'quote')
      text = `${text.slice(0, item.start)}${'"'.repeat(
        item.end - item.start,
      )}${text.slice(item.end)}`
  return PHRASES.test(text) || REPORTED.test(text.replace(QUOTING, ' '))
}
