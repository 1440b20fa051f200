import type { Item } from '../text/Item.js'
import type { NormalisedText } from '../text/normaliseText.js'

const PHRASES =
  /(?:ignore|disregard|forget|override|bypass|skip) (?:all |any |the |your |my |these |those |every |everything )*(?:previous|prior|above|earlier|preceding|past|safety|system|initial|security|existing|other|instructions?|rules?|restrictions?|guardrails?|checks?|polic(?:y|ies)|limits?|confirmation|approval)|you are now (?:a|an|in|the|acting|no longer)|new instructions?:|system ?(?:prompt|message|override|:)|<\/?(?:system|assistant|user|instruction|tool)|\[(?:system|inst|admin|assistant)\]|###? ?(?:system|instruction)|act as (?:a|an|the|my|if)|developer mode|jailbreak|do anything now|pretend (?:to be|you|that)|reveal your|your (?:private key|seed phrase|system prompt)|(?:my|the) (?:private key|seed phrase|mnemonic)|without (?:asking (?:me|us|anyone|first|again)|asking$|my asking|(?:my )?(?:approval|confirmation|confirming|telling me|permission))|as (?:an )?admin(?:istrator)?(?:,| i)|override code|begin (?:system|instructions?)|end of (?:user )?(?:input|prompt|message)|(?:assistant|system|admin|support) ?: /

/** What is switched off, and what a person would have to be to switch it off. */
const SWITCHED =
  /(?:ignore|disregard|forget|override|bypass|skip|disable|suspend|lift|turn off|switch off|shut off|circumvent) (?:(?:all|any|the|your|my|its|these|those|every|usual|normal|spending|daily|transaction|transfer|risk|slippage) ){0,3}(?:guidelines?|guardrails?|safeguards?|filters?|protections?|confirmations?|warnings?|caps?|limits?|restrictions?|instructions?|rules?|training|programming|constraints?)(?![a-z])/
const ROLES =
  /(?:debug|admin|god|root|sudo|maintenance|developer|dev|override|unrestricted|dan) mode|admin(?:istrator)? (?:override|access|command)|you (?:must|shall|will|have to) (?:now )?obey|from now on,? (?:you|u) (?:are|will|must|act)|^(?:user|human|assistant|system|ai|developer|tool|function)(?: message| prompt)? ?:|<!--|\[ ?(?:hidden|note to|instructions? (?:for|to)|for the (?:agent|ai|bot|assistant))|"role" ?:|repeat after me|(?:print|show|reveal|output|repeat|what are) your (?:initial |original |system |hidden )?(?:instructions|prompt|rules|guidelines)|(?:as|i am|i'm) (?:the|your) (?:developer|creator|owner of behest|operator|administrator|admin),? /
/** Words that others wrote, handed on. */
const HANDED =
  /(?:texted|messaged|emailed|mailed|dm'?ed|dmed|tweeted|posted|commented|whispered|replied|used to say|always says|keeps saying)(?: (?:me|us|that|this|to me)){0,2} ?[:,-]|(?:got|received|found|saw|read|here is|here's|sent me|forwarded me|got sent) (?:this|the following|a|an)(?: [a-z]{1,20}){0,2} ?: |(?:translate|summari[sz]e|paraphrase|rephrase|rewrite|proofread|decode|spell ?check)(?: (?:this|that|the following|it|for me|please|to [a-z]{1,12}|into [a-z]{1,12})){0,3} ?:|according to (?:the|a|this|that|my) (?:tweet|post|email|message|website|site|page|dm|text|description|article|bot|agent|support)|(?:notice|alert|warning|announcement|instructions?|request|order) from (?!me)[a-z0-9 ]{1,24} ?:|(?:post|message|email|tweet|site|website|page|description|metadata|comment|invoice|contract|dm|pin) (?:[a-z]{1,12} ){0,3}(?:wants|asks|tells|told|instructs|orders|begs|urges) (?:us|me|you|everyone|people|holders) to |(?:metadata|description|calldata|memo|card) (?:reads|says|states|contains) ?:/

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
  const plain = text.replace(QUOTING, ' ').replace(/[:,]? ?"{3,}/g, ' ')
  return (
    PHRASES.test(text) ||
    SWITCHED.test(text) ||
    ROLES.test(text) ||
    HANDED.test(plain) ||
    REPORTED.test(plain)
  )
}
