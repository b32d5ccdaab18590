/** Draws map.svg afresh: `node examples/water-town/make-map.ts`. */
import { writeFileSync } from 'node:fs'
import { drawMap } from './map.ts'
import { twins } from './town.ts'

writeFileSync(new URL('map.svg', import.meta.url), drawMap(twins()))
