#include "model.h"

/* The oscillator of van der Pol. */
enum { TIME, X0, DER_X0, X1, DER_X1, MU };

static const double internal_step = 1e-2;

const char *const model_token = "van-der-pol";

void model_start(Model *model) {
  model->values[X0] = 2;
  model->values[X1] = 0;
  model->values[MU] = 1;
}

int model_initialise(Model *model) {
  (void)model;
  return STATUS_OK;
}

void model_outputs(Model *model) {
  double *x = model->values;
  x[TIME] = model->time;
  x[DER_X0] = x[X1];
  x[DER_X1] = x[MU] * ((1.0 - x[X0] * x[X0]) * x[X1]) - x[X0];
}

int model_step(Model *model, double size) {
  double *x = model->values;
  const double end = model->time + size;
  while (model->time + internal_step < end + internal_step * 0.1) {
    model_outputs(model);
    x[X0] += internal_step * x[DER_X0];
    x[X1] += internal_step * x[DER_X1];
    model->time += internal_step;
  }
  return STATUS_OK;
}
