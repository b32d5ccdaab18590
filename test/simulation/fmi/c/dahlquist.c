#include "model.h"

/* Dahlquist's test equation: der(x) = -k x. */
enum { TIME, X, DER_X, K };

static const double internal_step = 0.1;

const char *const model_token = "dahlquist";

void model_start(Model *model) {
  model->values[X] = 1;
  model->values[K] = 1;
}

int model_initialise(Model *model) {
  (void)model;
  return STATUS_OK;
}

void model_outputs(Model *model) {
  model->values[TIME] = model->time;
  model->values[DER_X] = -model->values[K] * model->values[X];
}

int model_step(Model *model, double size) {
  const double end = model->time + size;
  while (model->time + internal_step < end + internal_step * 0.1) {
    model_outputs(model);
    model->values[X] += internal_step * model->values[DER_X];
    model->time += internal_step;
  }
  return STATUS_OK;
}
