import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addressSchema } from '@behest/spec'
import * as z from 'zod'

const fileSchema = z.array(addressSchema).max(1000)

/**
 * Creates the check whether an agent's key is of this house. The host of the
 * built-in agents writes their addresses beside its process id, before it
 * publishes them.
 *
 * @param runFolder - Where the processes of one stack leave word for each other.
 * @param fileName - Whose addresses: the agents', or the engine's.
 */
export function createHouseCheck(
  runFolder: string,
  fileName: 'house-agents.json' | 'house-engines.json' = 'house-agents.json',
): (address: string) => boolean {
  const path = join(runFolder, fileName)
  return (address) => {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch {
      return false // no built-in agents here: nobody is of the house
    }
    const house = fileSchema.safeParse(toJson(text))
    return (
      house.success &&
      house.data.some((own) => own.toLowerCase() === address.toLowerCase())
    )
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // half written: the next publish reads it whole
  }
}
