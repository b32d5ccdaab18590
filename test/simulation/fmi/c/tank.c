#include "model.h"

/* A tank with a valve in its inflow and a hole: area × der(level) = inflow × valve - leak × level. Explicit Euler over each communication step. */
enum { INFLOW, VALVE, LEVEL, AREA, LEAK };

const char *const model_token = "tank";

void model_start(Model *model) {
  model->values[INFLOW] = 0.02;
  model->values[VALVE] = 0;
  model->values[LEVEL] = 1;
  model->values[AREA] = 2;
  model->values[LEAK] = 0.005;
}

int model_initialise(Model *model) {
  return model->values[AREA] > 0 ? STATUS_OK : (model->log(model->owner, STATUS_ERROR, "The tank has no area."), STATUS_ERROR);
}

void model_outputs(Model *model) { (void)model; }

int model_step(Model *model, double size) {
  double *x = model->values;
  x[LEVEL] += size * (x[INFLOW] * (x[VALVE] != 0) - x[LEAK] * x[LEVEL]) / x[AREA];
  model->time += size;
  if (x[LEVEL] > 3) {
    model->log(model->owner, STATUS_WARNING, "The tank is full.");
    x[LEVEL] = 3;
    return STATUS_OK;
  }
  return STATUS_OK;
}
