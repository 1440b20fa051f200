/** Stands in for Telegram: a Bot API server of this machine, and a token for it. */
import { writeFileSync } from 'node:fs'
import { startScriptedTelegram } from '@behest/testing'

const telegram = await startScriptedTelegram()
const [, , file = 'telegram.env'] = process.argv
writeFileSync(
  file,
  `TOKEN=${telegram.token}\nBEHEST_TELEGRAM_API_ROOT=${telegram.apiRoot}\n`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void telegram.close())
