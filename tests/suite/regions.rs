//! Which endpoints a region has.

use hwtasks::{Client, ClientBuilder, Environment, ErrorKind, known_regions};

fn endpoints(builder: ClientBuilder) -> (Option<String>, Option<String>) {
    let client = builder.project_id("p").without_credentials();
    let client = client.build().expect("it builds");
    let owned = |endpoint: Option<&str>| endpoint.map(str::to_owned);
    (owned(client.dcs_endpoint()), owned(client.kafka_endpoint()))
}

#[test]
fn region_table_equals_the_official_sdks() {
    let regions = xtask::regions::all().expect("the region data is valid");
    assert_eq!(regions.len(), 34);
    assert!(known_regions().eq(regions.iter().map(|region| region.id.as_str())));
    for region in regions {
        let expected = (region.dcs.first().cloned(), region.kafka.first().cloned());
        assert_eq!(endpoints(Client::builder().region(&region.id)), expected);
    }
}

#[test]
fn invalid_region_never_reaches_a_url() {
    for id in [
        "",
        "cn north 4",
        "cn-north-4.evil.example",
        "evil.example/",
        "a@b",
        "cn_north_4",
        "é",
        "-a",
        "a-",
        "a\n",
        "..",
    ] {
        let built = Client::builder().region(id).project_id("p");
        let built = built.without_credentials().build();
        let error = built.expect_err(id);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let environment = Environment::from_vars([("HW_REGION_NAME", id)]);
        let built = ClientBuilder::from_environment(environment).build();
        assert_eq!(built.expect_err(id).kind(), ErrorKind::InvalidInput);
    }
    let error = Client::builder().region("cn/north").project_id("p").build();
    insta::assert_snapshot!(error.expect_err("the region has a slash"), @r#""cn/north" is not a region: give its ID, such as cn-north-4"#);
}

#[test]
fn most_specific_endpoint_setting_wins() {
    let variables = |names: &[&str]| {
        let variables = names.iter().map(|name| {
            let host = name.to_ascii_lowercase().replace('_', "-");
            (*name, format!("https://{host}.example"))
        });
        let region = ("HWTASKS_REGION", "eu-west-101".to_owned());
        ClientBuilder::from_environment(Environment::from_vars(variables.chain([region])))
    };
    let all = [
        "HUAWEICLOUD_SDK_REGION_DCS_EU_WEST_101",
        "HUAWEICLOUD_SDK_REGION_KAFKA_EU_WEST_101",
        "HWTASKS_DCS_ENDPOINT",
        "HWTASKS_KAFKA_ENDPOINT",
    ];
    let shown = |builder| {
        let (dcs, kafka) = endpoints(builder);
        format!(
            "{} {}",
            dcs.expect("the region has DCS"),
            kafka.expect("the region has Kafka")
        )
    };
    let explicit = |builder: ClientBuilder| {
        builder
            .dcs_endpoint("https://dcs.explicit.example/")
            .kafka_endpoint("https://kafka.explicit.example")
    };
    let found = [
        shown(explicit(variables(&all))),
        shown(variables(&all)),
        shown(variables(&all[..2])),
        shown(variables(&[])),
        shown(variables(&all[..2]).region("xx-new-9")),
    ];
    insta::assert_snapshot!(found.join("\n"), @"
    https://dcs.explicit.example https://kafka.explicit.example
    https://hwtasks-dcs-endpoint.example https://hwtasks-kafka-endpoint.example
    https://huaweicloud-sdk-region-dcs-eu-west-101.example https://huaweicloud-sdk-region-kafka-eu-west-101.example
    https://dcs.eu-west-101.myhuaweicloud.com https://dms.eu-west-101.myhuaweicloud.eu
    https://dcs.xx-new-9.myhuaweicloud.com https://dms.xx-new-9.myhuaweicloud.com
    ");
    // Only a client built from the environment reads it.
    assert_eq!(
        endpoints(Client::builder().dcs_endpoint("https://only-dcs.example")),
        (Some("https://only-dcs.example".to_owned()), None)
    );
}

#[test]
fn first_of_several_endpoints_is_used_and_all_are_validated() {
    let build = |value: &str| {
        let environment = Environment::from_vars([
            ("HWTASKS_REGION", "cn-north-4"),
            ("HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4", value),
        ]);
        ClientBuilder::from_environment(environment).build()
    };
    let client = build("https://first.example/, https://second.example").expect("it builds");
    assert_eq!(client.dcs_endpoint(), Some("https://first.example"));
    let refused = build("http://plain.example").expect_err("plain HTTP is rejected");
    insta::assert_snapshot!(refused, @r#"HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4: the endpoint "http://plain.example" is plain http: use https; or allow_plain_http of the builder, to send credentials in the clear"#);
}
