{{- define "lustre-csi.controllerArgs" -}}
{{ include "lustre-csi.commonArgs" (dict "root" . "values" .Values.controller) }}
{{- with .Values.clusterId }}
- --cluster-id={{ . }}
{{- end }}
{{- if not .Values.detectClusterId }}
- --detect-cluster-id=false
{{- end }}
{{- if .Values.controller.metrics.enabled }}
- --metrics-address=0.0.0.0:{{ include "lustre-csi.controllerMetricsPort" . }}
{{- end }}
{{- with .Values.controller.orphanCheckIntervalSeconds }}
- --orphan-check-interval={{ . | int }}
{{- end }}
{{- with .Values.controller.maxWaitingCalls | int }}
- --max-waiting-calls={{ . }}
{{- end }}
{{- if .Values.controller.extraTags }}
- {{ printf "--extra-tags=%s" (include "lustre-csi.tags" .) | quote }}
{{- end }}
{{- end -}}

{{- define "lustre-csi.tags" -}}
{{- $tags := list -}}
{{- range $key, $value := .Values.controller.extraTags -}}{{- $tags = append $tags (printf "%s=%s" $key (include "lustre-csi.text" $value)) -}}{{- end -}}
{{- join "," $tags -}}
{{- end -}}

{{/* Environment variables for the cloud. */}}
{{- define "lustre-csi.cloudEnv" -}}
{{- if eq (include "lustre-csi.cloud" .) "aws" }}
{{- with .Values.controller.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.aws.accessSecret }}
{{- if .name }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .keyId }}
      optional: true
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .accessKey }}
      optional: true
{{- end }}
{{- end }}
{{- else if eq (include "lustre-csi.cloud" .) "oci" }}
{{- with .Values.oci.auth }}
- name: OCI_AUTH
  value: {{ . }}
{{- end }}
{{- with .Values.oci.region }}
- name: OCI_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.oci.compartmentIds }}
- name: OCI_COMPARTMENT_ID
  value: {{ join "," . | quote }}
{{- end }}
{{- if .Values.oci.config.secretName }}
- name: OCI_CONFIG_FILE
  value: /etc/oci/{{ .Values.oci.config.key }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Security context of the pod. OpenShift assigns ids itself. */}}
{{- define "lustre-csi.controllerPodSecurity" -}}
{{- if .Values.controller.securityContext -}}{{ toYaml .Values.controller.securityContext }}
{{- else if include "lustre-csi.controllerIsRoot" . -}}
runAsNonRoot: false
runAsUser: 0
{{- else if .Values.openshift.enabled -}}
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- else -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}
{{- end -}}

{{- define "lustre-csi.controllerContainerSecurity" -}}
{{- if .Values.controller.containerSecurityContext -}}{{ toYaml .Values.controller.containerSecurityContext }}
{{- else if include "lustre-csi.directories" . -}}
privileged: true
readOnlyRootFilesystem: true
{{- else -}}{{ include "lustre-csi.unprivileged" . }}
{{- end -}}
{{- end -}}

{{/* How much a sidecar works on at once, and how often it repeats a call. sidecar, threads (name of that flag). */}}
{{- define "lustre-csi.workArgs" -}}
- --{{ .threads }}={{ .sidecar.workerThreads }}
- --retry-interval-start={{ .sidecar.retryIntervalStart }}
- --retry-interval-max={{ .sidecar.retryIntervalMax }}
{{- end -}}

{{- define "lustre-csi.controllerSidecars" -}}
{{- $vac := include "lustre-csi.volumeAttributesClass" . -}}
{{- $gate := ternary list (list "--feature-gates=VolumeAttributesClass=false") (eq $vac "true") -}}
{{- $provisioner := concat (list "--extra-create-metadata=true") (include "lustre-csi.workArgs" (dict "sidecar" .Values.sidecars.provisioner "threads" "worker-threads") | fromYamlArray) $gate -}}
{{- if include "lustre-csi.topology" . -}}
{{- $provisioner = concat $provisioner (list (printf "--strict-topology=%t" .Values.topology.strict) (printf "--immediate-topology=%t" .Values.topology.immediate)) -}}
{{- end -}}
{{- include "lustre-csi.leaderSidecar" (dict "root" . "key" "provisioner" "name" "provisioner" "more" $provisioner) }}
{{- if .Values.sidecars.resizer.enabled }}
{{ include "lustre-csi.leaderSidecar" (dict "root" . "key" "resizer" "name" "resizer" "more" (concat (list "--handle-volume-inuse-error=false") (include "lustre-csi.workArgs" (dict "sidecar" .Values.sidecars.resizer "threads" "workers") | fromYamlArray) $gate)) }}
{{- end }}
{{- if .Values.sidecars.snapshotter.enabled }}
{{ include "lustre-csi.leaderSidecar" (dict "root" . "key" "snapshotter" "name" "snapshotter" "more" (concat (list "--extra-create-metadata=true" "--feature-gates=CSIVolumeGroupSnapshot=false") (include "lustre-csi.workArgs" (dict "sidecar" .Values.sidecars.snapshotter "threads" "worker-threads") | fromYamlArray))) }}
{{- end }}
{{- if .Values.sidecars.healthMonitor.enabled }}
{{ include "lustre-csi.leaderSidecar" (dict "root" . "key" "healthMonitor" "name" "health-monitor" "more" list) }}
{{- end }}
{{- end -}}
