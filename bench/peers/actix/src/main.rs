//! The peer "R": actix-web with the `ort` crate, one session per worker thread, Open Inference Protocol over REST with JSON and binary tensors.
//! `actix-peer MODEL.onnx PORT LIBRARY [WORKERS]` serves the model's first input (FP32) at /v2/models/m/infer.
use actix_web::{http::header, web, App, HttpRequest, HttpResponse, HttpServer};
use ort::session::{builder::GraphOptimizationLevel, Session};
use ort::value::Tensor;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

#[derive(Deserialize)]
struct Input {
    shape: Vec<i64>,
    #[serde(default)]
    data: Vec<f32>,
}

#[derive(Deserialize)]
struct InferRequest {
    inputs: Vec<Input>,
}

#[derive(Serialize)]
struct Output<'a> {
    name: &'a str,
    datatype: &'a str,
    shape: Vec<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Vec<f32>>,
}

#[derive(Serialize)]
struct InferResponse<'a> {
    model_name: &'a str,
    outputs: Vec<Output<'a>>,
}

type Failure = Box<dyn std::error::Error>;

struct Model {
    session: RefCell<Session>,
    input: String,
    output: String,
}

fn open(path: &str) -> Result<Model, Failure> {
    let session = Session::builder()?
        .with_optimization_level(GraphOptimizationLevel::Level3)?
        .with_intra_threads(1)?
        .commit_from_file(path)?;
    let input = session.inputs[0].name.clone();
    // The probabilities come last in converted classifiers; labels are not asked for.
    let output = session.outputs.last().ok_or("no output")?.name.clone();
    Ok(Model { session: RefCell::new(session), input, output })
}

fn answer(model: &Model, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, Failure> {
    let header_length = request.headers().get("inference-header-content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    let json_end = header_length.unwrap_or(body.len());
    let mut parsed: InferRequest = serde_json::from_slice(&body[..json_end])?;
    let input = parsed.inputs.remove(0);
    let data = match header_length {
        Some(_) => body[json_end..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        None => input.data,
    };
    let mut session = model.session.borrow_mut();
    let outputs = session.run(ort::inputs![model.input.as_str() => Tensor::from_array((input.shape, data))?])?;
    let (shape, values) = outputs[model.output.as_str()].try_extract_tensor::<f32>()?;
    let mut output = Output { name: &model.output, datatype: "FP32", shape: shape.to_vec(), parameters: None, data: None };
    if header_length.is_none() {
        output.data = Some(values.to_vec());
        return Ok(HttpResponse::Ok().json(InferResponse { model_name: "m", outputs: vec![output] }));
    }
    output.parameters = Some(serde_json::json!({"binary_data_size": values.len() * 4}));
    let mut bytes = serde_json::to_vec(&InferResponse { model_name: "m", outputs: vec![output] })?;
    let length = bytes.len();
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/octet-stream")).insert_header(("Inference-Header-Content-Length", length.to_string())).body(bytes))
}

async fn infer(model: web::Data<Model>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    answer(&model, &request, &body).unwrap_or_else(|error| HttpResponse::BadRequest().json(serde_json::json!({"error": error.to_string()})))
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let (path, port, library) = (arguments[1].clone(), arguments[2].parse::<u16>()?, arguments[3].clone());
    let workers = arguments.get(4).map_or(Ok(2), |w| w.parse())?;
    ort::init_from(library).with_telemetry(false).commit()?;
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || {
            let model = web::Data::new(open(&path).expect("the model loads"));
            App::new().app_data(web::PayloadConfig::new(64 << 20)).app_data(model).route("/v2/models/m/infer", web::post().to(infer))
        })
        .workers(workers)
        .bind(("127.0.0.1", port))?
        .run()
        .await
    })?;
    Ok(())
}
