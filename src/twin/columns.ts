/** The column of a telemetry's projected latest value. */
export const latestColumn = (telemetry: string): string => `_last_${telemetry}`
/** And back. */
export const latestTelemetry = (column: string): string => column.slice('_last_'.length)

/** The column that lists a map property's keys. */
export const mapKeysColumn = (property: string): string => `_keys_${property}`

/** The relationship type from an owner to its component; `_` keeps it apart from relationships of the model. */
export const componentType = (component: string): string => `_has_${component}`
