/**
 * Names the platform uses or will use. Type names are given once and kept for ever, so that names of later platform types are kept free from now on.
 */
export const reservedTypes: ReadonlySet<string> = new Set(`
  Query Mutation Subscription
  Int Float String Boolean ID JSON Long BigInt Date DateTime LocalDateTime Time LocalTime Duration Decimal Bytes UUID Byte URL Cursor GeoJSON
  Twin Twins Relationship Relationships
  Problem NotFound Conflict Invalid LimitReached Unsupported ItemProblem
  Model Models ModelChange ModelState Scenario Scenarios Run Runs Predictor Predictors Prediction Predictions Alert Alerts Rule Rules QuarantinedReading QuarantinedReadings
  Source Quality Direction Fill Aggregate RollupGroup Engine
  Series FloatSeries IntSeries BooleanSeries StringSeries JSONSeries
  Reading FloatReading IntReading BooleanReading StringReading JSONReading ReadingInput Bucket FloatBucket Forecast ForecastPoint RollupSeries
  Change Gap CaughtUp ChangeEvent ChangeKind Diff Lineage Neighbourhood Path PathWeight Impact SearchHit PropertyMeta PropertyHistory
  PageInfo SortDirection
`.trim().split(/\s+/))

/** What the platform's root fields are, or will be, called; the names the API gives to every type are checked against them. */
export const reservedFields: ReadonlySet<string> = new Set(`
  twin twins model models scenario scenarios run runs predictor predictors prediction predictions alert alerts rule rules quarantinedReading quarantinedReadings
  engine engines schemaSdl compareModels compareRuns search neighbourhood paths impact rollup changes diff whyIs
  change readingReceived runProgressed alertRaised commandSent
`.trim().split(/\s+/))

/** Ends of the names generated beside a type; a DTDL type of such a name would clash with them. */
export const generatedSuffix = /_(Where|Sort|Properties|Input|Connection|Edge|EdgeProperties|ConnectionWhere|ConnectionSort|ConnectionFilters|RelationshipFilters|ComponentFilters|Filters|Aggregate|AggregateNode|Delta)$|(Scalar|List|Presence|Map|GeoPoint|PointDistance|Latest)Filters$|AggregateSelection$|^PointBox$/
