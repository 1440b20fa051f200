import type { Item } from '../../text/Item.js'
import type { Mention } from '../Part.js'
import { TRADE } from './cues.js'
import { readParty } from './readParty.js'
import { inherit, place, type Walk } from './Walk.js'

/** Takes what was read as a phrase before: a limit, a condition, a time, a name, an address. */
export function takeTyped(walk: Walk, item: Item): boolean {
  const { sense, parts } = walk
  const { start, end } = item

  switch (item.type) {
    case 'slippage':
      parts.push({
        type: 'slippage',
        start,
        end,
        ...(item.bps === undefined ? {} : { bps: item.bps }),
        ...(item.problem === undefined ? {} : { problem: item.problem }),
      })
      walk.index += 1
      return true
    case 'leverage':
      parts.push({ type: 'leverage', start, end, decimal: item.decimal })
      walk.index += 1
      return true
    case 'conditions':
      parts.push({
        type: 'conditions',
        start,
        end,
        conditions: item.conditions,
      })
      walk.index += 1
      return true
    case 'time':
      parts.push({ type: 'time', start, end, parts: item.parts })
      walk.index += 1
      return true
    case 'limit':
      parts.push({
        type: 'problem',
        start,
        end,
        slot: item.slot ?? 'maxSlippageBps',
        problem: item.problem,
      })
      walk.index += 1
      return true
    case 'quote':
      walk.index += 1
      return true
    case 'break':
      walk.behindVerb = true
      walk.cue = ''
      walk.joined = false
      walk.index += 1
      return true
    case 'name':
    case 'address':
    case 'hex': {
      const party = readParty(item)
      // An address in a token's place is a token: `swap 1 eth for 0x…`.
      if (
        item.type === 'address' &&
        ((TRADE.test(sense) &&
          // `yeet 5 uni to 0x…`: there it goes, and into nothing.
          sense !== 'yeet' &&
          /^(?:to|for|from|with|)$/.test(inherit(walk).cue)) ||
          (sense !== 'send' &&
            sense !== 'approve' &&
            sense !== 'revoke' &&
            /^(?:lend|borrow|deposit|withdraw|stake|bridge|repay|long|short|ask)$/.test(
              sense,
            ) &&
            walk.cue === '' &&
            !parts.some((part) => part.type === 'money' && part.token)))
      ) {
        const before = parts.at(-1)
        const token: Mention = {
          start,
          end,
          address: item.text,
          known: true,
          ...(party.problem === undefined ? {} : { problem: party.problem }),
        }
        if (
          before?.type === 'money' &&
          before.token === undefined &&
          before.pronoun === undefined &&
          walk.cue === ''
        ) {
          parts[parts.length - 1] = { ...before, token, end }
        } else
          place(walk, { type: 'money', start, end, ...inherit(walk), token })
        walk.index += 1
        return true
      }
      place(walk, { type: 'party', start, end, ...inherit(walk), ...party })
      walk.index += 1
      return true
    }
    default:
  }
  return false
}
