import { createOpenStream } from '../src/graphql/open-stream.ts'
import { openAlertRaised } from './alert-raised.ts'
import { openChanges } from './changes.ts'
import { openLiveQuery } from './live-query.ts'
import { openReadingReceived } from './reading-received.ts'
import { openRunProgressed } from './run-progressed.ts'

/** Every subscription: the platform's by name, and those of the users' models. */
export const openStream = createOpenStream({ changes: openChanges, readingReceived: openReadingReceived, runProgressed: openRunProgressed, alertRaised: openAlertRaised }, openLiveQuery)
