// Command official lists tasks with the official SDK.
package main

import (
	"fmt"

	dcsmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	kafkamodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kafka/v2/model"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	kafka "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/kafka/v2"
)

func main() {
	keys, err := basic.NewCredentialsBuilder().WithAk("AK").WithSk("SK").WithProjectId("p").SafeBuild()
	if err != nil {
		fmt.Println(err)
		return
	}
	forKafka, err := kafka.KafkaClientBuilder().WithEndpoint("https://dms.cn-north-4.myhuaweicloud.com").WithCredential(keys).SafeBuild()
	if err != nil {
		fmt.Println(err)
		return
	}
	forDCS, err := dcs.DcsClientBuilder().WithEndpoint("https://dcs.cn-north-4.myhuaweicloud.com").WithCredential(keys).SafeBuild()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(kafka.NewKafkaClient(forKafka).ListBackgroundTasks(&kafkamodel.ListBackgroundTasksRequest{InstanceId: "instance"}))
	fmt.Println(dcs.NewDcsClient(forDCS).ListBackgroundTask(&dcsmodel.ListBackgroundTaskRequest{InstanceId: "instance"}))
}
