import { readFileSync } from 'node:fs'
import { buildSchema, type GraphQLSchema } from 'graphql'
const read = (name: string): string => readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8')
export const platformSchema = (): GraphQLSchema => buildSchema(read('twin') + read('series') + `
scalar DateTime scalar Date scalar Time scalar Duration scalar Long scalar Decimal scalar UUID scalar Bytes scalar JSON scalar GeoJSON
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String } enum SortDirection { ASC DESC }
type Query { a: Int } union CreateTwinResult = PageInfo union UpdateTwinResult = PageInfo`)
