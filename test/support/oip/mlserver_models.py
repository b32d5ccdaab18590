"""Models for MLServer: what test/support/onnx-model.ts makes of ONNX, in NumPy."""

import asyncio

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.errors import InferenceError
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput


class Plain(MLModel):
    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        x = NumpyCodec.decode_input(payload.inputs[0])
        if x.ndim != 2 or x.shape[1] != 3 or x.dtype != np.float32:
            raise InferenceError(f"x is {x.dtype} {list(x.shape)}; it takes FP32 [-1, 3]")
        total = x @ np.array([[1], [2], [3]], dtype=np.float32) + np.float32(0.5)
        return respond(self, sum=total, root=np.sqrt(x * x + np.float32(1)))


class Endless(MLModel):
    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        await asyncio.sleep(600)
        return respond(self, y=NumpyCodec.decode_input(payload.inputs[0]))


class Echo(MLModel):
    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        outputs = [
            ResponseOutput(name=f"same_{each.name}", shape=each.shape, datatype=each.datatype, data=each.data)
            for each in payload.inputs
        ]
        return InferenceResponse(model_name=self.name, outputs=outputs)


def respond(model: MLModel, **outputs: np.ndarray) -> InferenceResponse:
    return InferenceResponse(
        model_name=model.name,
        outputs=[NumpyCodec.encode_output(name, value) for name, value in outputs.items()],
    )
