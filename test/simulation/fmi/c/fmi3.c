#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "model.h"

/* FMI 3.0 for co-simulation, as far as an importer calls it, worded after the standard. */
typedef void *fmi3Instance;
typedef const char *fmi3String;
typedef uint32_t fmi3ValueReference;
typedef int fmi3Status;
typedef void (*fmi3LogMessageCallback)(void *environment, fmi3Status status, fmi3String category, fmi3String message);

#if defined _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef struct {
  Model model;
  void *environment;
  fmi3LogMessageCallback log;
} Instance;

static void instance_log(void *owner, int status, const char *message) {
  const Instance *instance = owner;
  instance->log(instance->environment, status, "model", message);
}

static void instance_start(Instance *instance) {
  memset(&instance->model, 0, sizeof instance->model);
  instance->model.owner = instance;
  instance->model.log = instance_log;
  model_start(&instance->model);
}

EXPORT fmi3Instance fmi3InstantiateCoSimulation(fmi3String name, fmi3String token, fmi3String resources, bool visible, bool logging, bool eventMode, bool earlyReturn,
                                                const fmi3ValueReference required[], size_t requiredCount, void *environment, fmi3LogMessageCallback log, void *intermediateUpdate) {
  (void)name, (void)visible, (void)logging, (void)earlyReturn, (void)required, (void)requiredCount, (void)intermediateUpdate;
  if (eventMode || strcmp(token, model_token) != 0 || resources == NULL) return NULL;
  Instance *instance = calloc(1, sizeof *instance);
  instance->environment = environment;
  instance->log = log;
  instance_start(instance);
  return instance;
}

EXPORT void fmi3FreeInstance(fmi3Instance c) { free(c); }

EXPORT fmi3Status fmi3EnterInitializationMode(fmi3Instance c, bool hasTolerance, double tolerance, double start, bool hasStop, double stop) {
  (void)hasTolerance, (void)tolerance, (void)hasStop, (void)stop;
  ((Instance *)c)->model.time = start;
  return model_initialise(&((Instance *)c)->model);
}

EXPORT fmi3Status fmi3ExitInitializationMode(fmi3Instance c) { return (void)c, STATUS_OK; }
EXPORT fmi3Status fmi3Terminate(fmi3Instance c) { return (void)c, STATUS_OK; }
EXPORT fmi3Status fmi3Reset(fmi3Instance c) { return instance_start(c), STATUS_OK; }

EXPORT fmi3Status fmi3DoStep(fmi3Instance c, double time, double size, bool noSetPrior, bool *eventNeeded, bool *terminate, bool *early, double *lastTime) {
  Instance *instance = c;
  (void)noSetPrior;
  *eventNeeded = *early = false;
  *terminate = strcmp(instance->model.text, "end") == 0 && time + size >= instance->model.values[0];
  *lastTime = time + size;
  return model_step(&instance->model, size);
}

#define ACCESS(NAME, TYPE) \
  EXPORT fmi3Status fmi3Get##NAME(fmi3Instance c, const fmi3ValueReference *references, size_t count, TYPE *values, size_t valueCount) { \
    Instance *instance = c; \
    if (count != valueCount) return STATUS_ERROR; \
    model_outputs(&instance->model); \
    for (size_t i = 0; i < count; i++) values[i] = (TYPE)instance->model.values[references[i]]; \
    return STATUS_OK; \
  } \
  EXPORT fmi3Status fmi3Set##NAME(fmi3Instance c, const fmi3ValueReference *references, size_t count, const TYPE *values, size_t valueCount) { \
    Instance *instance = c; \
    if (count != valueCount) return STATUS_ERROR; \
    for (size_t i = 0; i < count; i++) instance->model.values[references[i]] = (double)values[i]; \
    return STATUS_OK; \
  }

ACCESS(Float64, double)
ACCESS(Float32, float)
ACCESS(Int32, int32_t)
ACCESS(UInt16, uint16_t)
ACCESS(Int64, int64_t)
ACCESS(Boolean, bool)

EXPORT fmi3Status fmi3SetString(fmi3Instance c, const fmi3ValueReference *references, size_t count, const fmi3String *values, size_t valueCount) {
  Instance *instance = c;
  (void)references, (void)valueCount;
  if (count > 0) strncpy(instance->model.text, values[0], sizeof instance->model.text - 1);
  return STATUS_OK;
}
