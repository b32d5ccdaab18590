import { assignNames } from '../../src/model/names.ts'
import { createRegistry, type Registry } from '../../src/model/registry.ts'
const none = new Map<string,string>()
const d = { displayName: none, description: none }
const arr = (x:any) => x===undefined?[]:Array.isArray(x)?x:[x]
let n=0
const S = (s:any):any => typeof s==='string' ? { kind:'primitive', type:s } : s['@type']==='Enum' ? { kind:'enum', id:'e'+n++, ...d, valueType:'string', values: arr(s.enumValues).map((v:any)=>({name:v.name, value:v.enumValue, ...d})) } : s['@type']==='Map' ? {kind:'map', id:'m'+n++, ...d, value:S(s.mapValue.schema)} : s['@type']==='Array' ? {kind:'array', id:'o'+n++, ...d, element: S(s.elementSchema)} : {kind:'primitive', type:'string'}
export function registryOf(documents: readonly unknown[]): Registry {
const models = arr(documents).map((m:any)=>({ kind:'Interface', id:m['@id'], dtdl:2, extends: arr(m.extends), adjuncts:[], document:m, ...d, contents: arr(m.contents).map((c:any)=>{ const k=arr(c['@type'])[0]; const b={kind:k,name:c.name,id:'c'+n++,...d}; return k==='Relationship'?{...b, target:c.target, properties:arr(c.properties).map((p:any)=>({kind:'Property',name:p.name,id:'p'+n++,...d,schema:S(p.schema)}))}:{...b, schema: k==='Component'?c.schema:S(c.schema)} }) })) as any[]
const names = assignNames([], models)
return createRegistry(models.map(model => ({ model, names: names.get(model.id)!, state:'ACTIVE' as const, publishedAt:'' })))
}
