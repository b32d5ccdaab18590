import { type ArtifactNode, type Found, nodeId } from './lineage-node.ts'

export const toArtifact = (sha256: string, use: string): Found<ArtifactNode> => ({ node: { kind: 'LineageArtifact', id: nodeId('artifact', sha256), sha256, use } })
