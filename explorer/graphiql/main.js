import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './page.css'
import { createGraphiQLFetcher } from '@graphiql/toolkit'
import { GraphiQL } from 'graphiql'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'

const defaultQuery = `# One query over topology and values. Ctrl-Space completes; the book on the left is the schema, made from the published models.
{
  models(limit: 20) {
    dtmi
    displayName
    typeName
    twinCount
  }
}
`

const fetcher = createGraphiQLFetcher({ url: '/graphql' })

createRoot(document.querySelector('#graphiql')).render(createElement(GraphiQL, { fetcher, defaultQuery, shouldPersistHeaders: false }))
