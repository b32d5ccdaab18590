"""A KServe server with the models that test/support/onnx-model.ts makes of ONNX, in NumPy. Its only argument is the port."""

import asyncio
import sys

import numpy as np

port = int(sys.argv.pop())  # before KServe reads the arguments

from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer  # noqa: E402
from kserve.errors import InvalidInput  # noqa: E402

TYPES = {np.dtype(np.float32): "FP32", np.dtype(np.float64): "FP64", np.dtype(np.int32): "INT32", np.dtype(np.int64): "INT64", np.dtype(bool): "BOOL"}


class Ready(Model):
    def __init__(self, name: str):
        super().__init__(name)
        self.ready = True


class Plain(Ready):
    def get_input_types(self):
        return [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}]

    def get_output_types(self):
        return [{"name": "sum", "datatype": "FP32", "shape": [-1, 1]}, {"name": "root", "datatype": "FP32", "shape": [-1, 3]}]

    async def predict(self, payload: InferRequest, headers=None, response_headers=None):
        x = payload.inputs[0].as_numpy()
        if x.ndim != 2 or x.shape[1] != 3 or x.dtype != np.float32:
            raise InvalidInput(f"x is {x.dtype} {list(x.shape)}; it takes FP32 [-1, 3]")
        total = x @ np.array([[1], [2], [3]], dtype=np.float32) + np.float32(0.5)
        return respond(self, payload, sum=total, root=np.sqrt(x * x + np.float32(1)))


class Endless(Ready):
    async def predict(self, payload: InferRequest, headers=None, response_headers=None):
        await asyncio.sleep(600)


class Echo(Ready):
    async def predict(self, payload: InferRequest, headers=None, response_headers=None):
        return respond(self, payload, **{f"same_{each.name}": each.as_numpy() for each in payload.inputs})


def respond(model: Model, payload: InferRequest, **outputs: np.ndarray) -> InferResponse:
    infer_outputs = []
    for name, value in outputs.items():
        output = InferOutput(name=name, shape=list(value.shape), datatype=TYPES[value.dtype])
        output.set_data_from_numpy(value, binary_data=payload.use_binary_outputs)
        infer_outputs.append(output)
    return InferResponse(
        response_id=payload.id, model_name=model.name, infer_outputs=infer_outputs, use_binary_outputs=payload.use_binary_outputs
    )


ModelServer(http_port=port, enable_grpc=False, workers=1).start([Plain("plain"), Endless("endless"), Echo("echo")])
