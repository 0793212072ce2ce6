# ModelTrainer with a script of the user's.
from aws_fixtures import put, train_script
from sagemaker.core.resources import TrainingJob
from sagemaker.core.training.configs import InputData, SourceCode
from v3_common import trainer

train_script("src")
framework = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.0.0-cpu-py310"
train = trainer(
    "scripts",
    image=framework,
    source_code=SourceCode(source_dir="src", entry_script="train.py"),
    hyperparameters={"epochs": 3, "rate": 0.5},
)
train.train(input_data_config=[InputData(channel_name="train", data_source=put("scripts/in/a.txt"))])
job = TrainingJob.get(train._latest_training_job.training_job_name)
assert job.training_job_status == "Completed", job
