import type * as AutoScaling from "@aws-sdk/client-application-auto-scaling";
import type * as CloudWatch from "@aws-sdk/client-cloudwatch";
import type * as Logs from "@aws-sdk/client-cloudwatch-logs";
import type * as S3 from "@aws-sdk/client-s3";
import type * as SageMaker from "@aws-sdk/client-sagemaker";
import type * as Runtime from "@aws-sdk/client-sagemaker-runtime";
import type * as Sts from "@aws-sdk/client-sts";

/**
 * The operations this package calls, with their request and response. For this package's own checking
 * only: nothing here reaches the published types, which would cost seconds in every notebook cell.
 */
export interface Operations {
  readonly sagemaker: {
    readonly AddTags: [SageMaker.AddTagsCommandInput, SageMaker.AddTagsCommandOutput];
    readonly CreateEndpoint: [SageMaker.CreateEndpointCommandInput, SageMaker.CreateEndpointCommandOutput];
    readonly CreateEndpointConfig: [
      SageMaker.CreateEndpointConfigCommandInput,
      SageMaker.CreateEndpointConfigCommandOutput,
    ];
    readonly CreateHyperParameterTuningJob: [
      SageMaker.CreateHyperParameterTuningJobCommandInput,
      SageMaker.CreateHyperParameterTuningJobCommandOutput,
    ];
    readonly DescribeHyperParameterTuningJob: [
      SageMaker.DescribeHyperParameterTuningJobCommandInput,
      SageMaker.DescribeHyperParameterTuningJobCommandOutput,
    ];
    readonly StopHyperParameterTuningJob: [
      SageMaker.StopHyperParameterTuningJobCommandInput,
      SageMaker.StopHyperParameterTuningJobCommandOutput,
    ];
    readonly CreateModel: [SageMaker.CreateModelCommandInput, SageMaker.CreateModelCommandOutput];
    readonly CreateProcessingJob: [
      SageMaker.CreateProcessingJobCommandInput,
      SageMaker.CreateProcessingJobCommandOutput,
    ];
    readonly CreateTrainingJob: [
      SageMaker.CreateTrainingJobCommandInput,
      SageMaker.CreateTrainingJobCommandOutput,
    ];
    readonly CreateTransformJob: [
      SageMaker.CreateTransformJobCommandInput,
      SageMaker.CreateTransformJobCommandOutput,
    ];
    readonly DeleteEndpoint: [SageMaker.DeleteEndpointCommandInput, SageMaker.DeleteEndpointCommandOutput];
    readonly DeleteEndpointConfig: [
      SageMaker.DeleteEndpointConfigCommandInput,
      SageMaker.DeleteEndpointConfigCommandOutput,
    ];
    readonly DeleteModel: [SageMaker.DeleteModelCommandInput, SageMaker.DeleteModelCommandOutput];
    readonly DeleteProcessingJob: [
      SageMaker.DeleteProcessingJobCommandInput,
      SageMaker.DeleteProcessingJobCommandOutput,
    ];
    readonly DeleteTrainingJob: [
      SageMaker.DeleteTrainingJobCommandInput,
      SageMaker.DeleteTrainingJobCommandOutput,
    ];
    readonly DescribeEndpoint: [
      SageMaker.DescribeEndpointCommandInput,
      SageMaker.DescribeEndpointCommandOutput,
    ];
    readonly DescribeEndpointConfig: [
      SageMaker.DescribeEndpointConfigCommandInput,
      SageMaker.DescribeEndpointConfigCommandOutput,
    ];
    readonly DescribeModel: [SageMaker.DescribeModelCommandInput, SageMaker.DescribeModelCommandOutput];
    readonly DescribeProcessingJob: [
      SageMaker.DescribeProcessingJobCommandInput,
      SageMaker.DescribeProcessingJobCommandOutput,
    ];
    readonly DescribeTrainingJob: [
      SageMaker.DescribeTrainingJobCommandInput,
      SageMaker.DescribeTrainingJobCommandOutput,
    ];
    readonly DescribeTransformJob: [
      SageMaker.DescribeTransformJobCommandInput,
      SageMaker.DescribeTransformJobCommandOutput,
    ];
    readonly ListEndpointConfigs: [
      SageMaker.ListEndpointConfigsCommandInput,
      SageMaker.ListEndpointConfigsCommandOutput,
    ];
    readonly ListEndpoints: [SageMaker.ListEndpointsCommandInput, SageMaker.ListEndpointsCommandOutput];
    readonly ListModels: [SageMaker.ListModelsCommandInput, SageMaker.ListModelsCommandOutput];
    readonly ListTags: [SageMaker.ListTagsCommandInput, SageMaker.ListTagsCommandOutput];
    readonly ListTransformJobs: [
      SageMaker.ListTransformJobsCommandInput,
      SageMaker.ListTransformJobsCommandOutput,
    ];
    readonly ListTrainingJobs: [
      SageMaker.ListTrainingJobsCommandInput,
      SageMaker.ListTrainingJobsCommandOutput,
    ];
    readonly ListProcessingJobs: [
      SageMaker.ListProcessingJobsCommandInput,
      SageMaker.ListProcessingJobsCommandOutput,
    ];
    readonly StopProcessingJob: [
      SageMaker.StopProcessingJobCommandInput,
      SageMaker.StopProcessingJobCommandOutput,
    ];
    readonly StopTrainingJob: [SageMaker.StopTrainingJobCommandInput, SageMaker.StopTrainingJobCommandOutput];
    readonly StopTransformJob: [
      SageMaker.StopTransformJobCommandInput,
      SageMaker.StopTransformJobCommandOutput,
    ];
    readonly UpdateEndpoint: [SageMaker.UpdateEndpointCommandInput, SageMaker.UpdateEndpointCommandOutput];
  };
  readonly "sagemaker-runtime": {
    readonly InvokeEndpoint: [Runtime.InvokeEndpointCommandInput, Runtime.InvokeEndpointCommandOutput];
    readonly InvokeEndpointWithResponseStream: [
      Runtime.InvokeEndpointWithResponseStreamCommandInput,
      Runtime.InvokeEndpointWithResponseStreamCommandOutput,
    ];
    readonly InvokeEndpointAsync: [
      Runtime.InvokeEndpointAsyncCommandInput,
      Runtime.InvokeEndpointAsyncCommandOutput,
    ];
  };
  readonly s3: {
    readonly AbortMultipartUpload: [
      S3.AbortMultipartUploadCommandInput,
      S3.AbortMultipartUploadCommandOutput,
    ];
    readonly CompleteMultipartUpload: [
      S3.CompleteMultipartUploadCommandInput,
      S3.CompleteMultipartUploadCommandOutput,
    ];
    readonly CreateBucket: [S3.CreateBucketCommandInput, S3.CreateBucketCommandOutput];
    readonly CreateMultipartUpload: [
      S3.CreateMultipartUploadCommandInput,
      S3.CreateMultipartUploadCommandOutput,
    ];
    readonly DeleteObjects: [S3.DeleteObjectsCommandInput, S3.DeleteObjectsCommandOutput];
    readonly GetObject: [S3.GetObjectCommandInput, S3.GetObjectCommandOutput];
    readonly HeadBucket: [S3.HeadBucketCommandInput, S3.HeadBucketCommandOutput];
    readonly HeadObject: [S3.HeadObjectCommandInput, S3.HeadObjectCommandOutput];
    readonly ListObjectsV2: [S3.ListObjectsV2CommandInput, S3.ListObjectsV2CommandOutput];
    readonly PutObject: [S3.PutObjectCommandInput, S3.PutObjectCommandOutput];
    readonly UploadPart: [S3.UploadPartCommandInput, S3.UploadPartCommandOutput];
  };
  readonly cloudwatch: {
    readonly DeleteAlarms: [CloudWatch.DeleteAlarmsCommandInput, CloudWatch.DeleteAlarmsCommandOutput];
    readonly PutMetricAlarm: [CloudWatch.PutMetricAlarmCommandInput, CloudWatch.PutMetricAlarmCommandOutput];
  };
  readonly logs: {
    readonly DescribeLogStreams: [Logs.DescribeLogStreamsCommandInput, Logs.DescribeLogStreamsCommandOutput];
    readonly GetLogEvents: [Logs.GetLogEventsCommandInput, Logs.GetLogEventsCommandOutput];
  };
  readonly "application-auto-scaling": {
    readonly DeleteScalingPolicy: [
      AutoScaling.DeleteScalingPolicyCommandInput,
      AutoScaling.DeleteScalingPolicyCommandOutput,
    ];
    readonly DeregisterScalableTarget: [
      AutoScaling.DeregisterScalableTargetCommandInput,
      AutoScaling.DeregisterScalableTargetCommandOutput,
    ];
    readonly DescribeScalableTargets: [
      AutoScaling.DescribeScalableTargetsCommandInput,
      AutoScaling.DescribeScalableTargetsCommandOutput,
    ];
    readonly DescribeScalingPolicies: [
      AutoScaling.DescribeScalingPoliciesCommandInput,
      AutoScaling.DescribeScalingPoliciesCommandOutput,
    ];
    readonly PutScalingPolicy: [
      AutoScaling.PutScalingPolicyCommandInput,
      AutoScaling.PutScalingPolicyCommandOutput,
    ];
    readonly RegisterScalableTarget: [
      AutoScaling.RegisterScalableTargetCommandInput,
      AutoScaling.RegisterScalableTargetCommandOutput,
    ];
  };
  readonly sts: {
    readonly GetCallerIdentity: [Sts.GetCallerIdentityCommandInput, Sts.GetCallerIdentityCommandOutput];
  };
}
