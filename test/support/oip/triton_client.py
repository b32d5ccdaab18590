"""Asks a server by Triton's own client: the other implementation of binary tensors. Arguments: host:port, model. Prints what it was answered as JSON."""

import json
import sys

import numpy as np
import tritonclient.http as triton

address, model = sys.argv[1:]
client = triton.InferenceServerClient(address)
x = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32)


def infer(binary_in: bool, binary_out: bool, names):
    given = triton.InferInput("x", x.shape, "FP32")
    given.set_data_from_numpy(x, binary_data=binary_in)
    wanted = [triton.InferRequestedOutput(name, binary_data=binary_out) for name in names] if names else None
    result = client.infer(model, [given], outputs=wanted, request_id="seven")
    answer = result.get_response()
    return {"id": answer["id"], "model": answer["model_name"], "version": answer["model_version"],
            "outputs": {each["name"]: result.as_numpy(each["name"]).tolist() for each in answer["outputs"]}}


def refusal(name: str):
    try:
        given = triton.InferInput("x", [1, 2], "FP32")
        given.set_data_from_numpy(x[:1, :2])
        client.infer(name, [given])
    except Exception as error:
        return str(error)


print(json.dumps({
    "live": client.is_server_live(), "ready": client.is_server_ready(), "modelReady": client.is_model_ready(model), "otherReady": client.is_model_ready("other"),
    "server": client.get_server_metadata(), "metadata": client.get_model_metadata(model), "version": client.get_model_metadata(model, "7"),
    "binary": infer(True, True, None), "text": infer(False, False, ["sum", "root"]), "mixed": infer(True, False, ["root"]),
    "wrongShape": refusal(model), "unknown": refusal("other"),
}))
