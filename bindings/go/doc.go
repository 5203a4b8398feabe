// Package hwtasks is a client for the background tasks of Huawei Cloud's Distributed Cache Service (DCS)
// and Distributed Message Service (DMS) for Kafka. It is unofficial.
//
// A [Client] is made with [NewFromEnv], or with [New] from options alone. Its fields DCS and Kafka have the
// operations: lists page by page or item by item, waits for a task to end, and sweeps over many instances.
//
//	client, err := hwtasks.NewFromEnv(ctx, hwtasks.WithRegion("cn-north-4"))
//	if err != nil {
//		return err
//	}
//	for task, err := range client.Kafka.Items(ctx, instanceID, nil) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(task.ID, task.Status)
//	}
//
// Every error is an [*Error] for [errors.As], unless a context has ended: it then wraps the error of the
// context. Predicates such as [IsNotFound] say what to do about it.
//
// Values keep what came. A field of a type that the service did not send as documented has the zero value,
// and the member is in Other, as are members that no document describes. Marshalling a value writes all of
// them back. A text of a body keeps the whole body in memory; [strings.Clone] frees it.
//
// Everything is safe for concurrent use. No goroutine of this package outlives the context of its call,
// except a fetch of credentials or of the project ID that other calls share.
//
// The package signer signs requests to any other service. The package hwtaskstest has a clock for tests.
package hwtasks
