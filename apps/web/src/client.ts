import { createIntentClient } from '@behest/client'

/** The API that served this page. */
export const client = createIntentClient({ baseUrl: window.location.origin })
